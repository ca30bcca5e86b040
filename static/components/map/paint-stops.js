// The numbers of the story, where its steps happened: discs, and crimson squares where a step was refused.

export function paintStops({ camera, palette: { c, font } }, x, stops) {
  const r = camera.box.w < 600 ? 8 : 10, used = new Map()
  for (const stop of stops) {
    const at = place(camera, stop)
    if (!at) continue
    const key = `${Math.round(at.X / 14)},${Math.round(at.Y / 14)}`, before = used.get(key) ?? 0
    used.set(key, before + 1)
    number(x, c, font, stop, Math.max(at.X, r) + before * (r * 2 + 2), at.Y, r)
  }
}

function place(camera, { pfn, bad }) {
  const { plates } = camera, tag = plates.isTag(pfn), g = plates.row(pfn), bars = camera.level === 0 && camera.fit
  const q = tag ? camera.stripCell(g) : camera.level >= 2 ? camera.cell(pfn) : camera.column(g), { b } = q.t
  const poured = camera.level === 0
  let X = poured ? q.t.x + q.t.w / 2 : q.x + q.w / 2, Y = q.y + q.h / 2
  if (bars && tag) Y = b.stripY + b.stripH * (bad ? .3 : .5)
  const out = tag ? !bars && !q.h : Y < b.dataY - 6 || Y > b.dataY + b.landH + 6
  if (out || X < -4 || X > camera.box.w + 4) return null
  if (camera.level >= 2 && q.w > 40) [X, Y] = [q.x + 13, tag ? q.y + 13 : Y]
  return { X, Y }
}

function number(x, c, font, { n, bad }, X, Y, r) {
  x.beginPath()
  if (bad) x.rect(X - r + .5, Y - r + .5, 2 * r - 1, 2 * r - 1)
  else x.arc(X, Y, r, 0, 7)
  x.strokeStyle = c.paper
  x.lineWidth = 3.5
  x.stroke()
  x.fillStyle = bad ? c.fail : c.ink
  x.fill()
  x.textBaseline = "middle"
  x.textAlign = "center"
  x.font = font(12.5, 700)
  x.fillStyle = bad ? c["fail-ink"] : c.paper
  x.fillText(n, X, Y + .5)
}
