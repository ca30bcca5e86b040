// The outline of 32 pages, one vertical line, the outline of their tag page. Ink: selected or told; link colour: under
// the pointer; broken crimson with a cross: the tag page is pinned, so its pages are refused.

const NARROW = 14 // px

export function paintLink({ camera, run, palette: { c, strong } }, x, pfn, look, stops = []) {
  const { plates } = run, g = plates.row(pfn), p = plates.plateOf(pfn), poured = camera.level === 0
  const rows = p.served ? plates.unit(g) : [g], first = camera.column(rows[0]), last = camera.column(rows.at(-1))
  const pinned = p.served && run.rules.tags && rows.some(row => run.world.pinned(row))
  const refused = stops.some(s => s.bad && same(plates, s.pfn, rows)) // the story tells it, the pin may be gone by now
  const bad = look === "told" ? pinned || refused : pinned && look === "chosen"
  const colour = bad ? c.fail : look === "hover" ? c.link : c.ink, pen = { x, c, bad, colour, width: strong }
  const X = poured ? first.t.x : first.x, W = poured ? first.t.w : last.x + last.w - first.x, band = first.t.b
  const top = Math.max(first.y, band.dataY), end = Math.min(first.y + first.h, band.dataY + band.landH)
  if (X > camera.box.w || X + W < 0 || end < top) return
  clipped(x, camera, () => {
    if (poured && camera.fit) columnBox(pen, camera, p, first, X, W)
    around(pen, X - .5, top - .5, W + 1, Math.max(3, end - top + 1))
    if (camera.level >= 2 && !plates.isTag(pfn)) page(pen, camera.cell(pfn), strong, band)
    if (p.served) down(pen, camera, { rows, X, W, end, band, numbered: refused })
  })
}

const same = (plates, pfn, rows) => plates.isTag(pfn) && rows.includes(plates.row(pfn))

// from the pages to the tag page they stand on
function down(pen, camera, { rows, X, W, end, band, numbered }) {
  const bars = camera.fit && camera.level === 0, mid = X + W / 2, cell = camera.stripCell(rows[0])
  line(pen, mid, end + 1, bars ? band.stripY - 3 : cell.y)
  if (bars) box(pen, X - 1, band.stripY - 2, W + 2, band.stripH + 4, pen.width)
  else around(pen, cell.x - .5, cell.y - .5, Math.max(4, cell.w * rows.length), cell.h + 1)
  const at = bars ? band.stripY + 12 : Math.min(cell.y + cell.h / 2, cell.y + 14)
  if (pen.bad && !numbered) cross(pen, mid, at, bars || cell.w < 12 ? 5 : 7)
}

// a pageblock that is selected, and its 16 tag pages
export function paintTile({ camera, run, palette: { c, strong } }, x, pfn) {
  const { plates } = run, g = plates.row(pfn), p = plates.plateOf(pfn), block = (g - p.g0) >> 4
  const t = camera.tile(p, block), pen = { x, c, bad: false, colour: c.ink, width: strong }, { b } = t
  const top = Math.max(t.y, b.dataY), end = Math.min(t.y + t.h, b.dataY + b.landH)
  if (t.x > camera.box.w || t.x + t.w < 0 || end < top) return
  clipped(x, camera, () => {
    box(pen, t.x - 1.5, top - 1.5, t.w + 3, end - top + 3, strong + .4)
    if (!p.served) return
    const bars = camera.fit && camera.level === 0, cell = camera.stripCell(p.g0 + block * 16)
    line(pen, t.x + t.w / 2, end + 2, bars ? b.stripY - 3 : cell.y)
    if (bars) box(pen, t.x - 1, b.stripY - 2, t.w + 2, b.stripH + 4, strong)
    else box(pen, t.x - .5, cell.y - .5, t.w + 1, cell.h + 1, strong)
  })
}

function clipped(x, { box: { w }, height }, paint) {
  x.save()
  x.beginPath()
  x.rect(-3, 0, w + 6, height)
  x.clip()
  paint()
  x.restore()
}

// machine level: the whole column, so that the eye finds the tile in it
function columnBox(pen, camera, p, { t }, X, W) {
  const P = camera.plates.P, last = Math.min(p.blocks, (t.col + 1) * P) - 1
  const top = camera.tile(p, t.col * P), end = camera.tile(p, last)
  box(pen, X - 1, top.y - 1, W + 2, end.y + end.h - top.y + 2, pen.width * .7)
}

function page(pen, r, width, { dataY, landH }) {
  if (r.y + r.h < dataY || r.y > dataY + landH) return
  box(pen, r.x + .5, Math.max(dataY, r.y + .5), Math.max(3, r.w - 2), Math.max(3, r.h - 1.5), width + .8)
}

function box({ x, c, bad, colour }, X, Y, W, H, width) {
  x.setLineDash([])
  x.strokeStyle = c.paper
  x.lineWidth = width + 3
  x.strokeRect(X, Y, W, H)
  if (bad) x.setLineDash([6, 3])
  x.strokeStyle = colour
  x.lineWidth = width
  x.strokeRect(X, Y, W, H)
  x.setLineDash([])
}

// a narrow place keeps its colour: the outline stands outside of it
function around(pen, X, Y, W, H) {
  const out = W < NARROW ? (pen.width + 3) / 2 : 0
  box(pen, X - out, Y - out, W + 2 * out, H + 2 * out, pen.width)
}

function line({ x, c, colour, width }, X, from, to) {
  for (const [stroke, w] of [[c.paper, width + 4], [colour, width + .6]]) {
    x.strokeStyle = stroke
    x.lineWidth = w
    x.beginPath()
    x.moveTo(X, from)
    x.lineTo(X, to)
    x.stroke()
  }
}

function cross({ x, c }, X, Y, r) {
  for (const [stroke, w] of [[c.paper, r * .9 + 3], [c.fail, r * .6]]) {
    x.strokeStyle = stroke
    x.lineWidth = w
    x.beginPath()
    x.moveTo(X - r, Y - r)
    x.lineTo(X + r, Y + r)
    x.moveTo(X + r, Y - r)
    x.lineTo(X - r, Y + r)
    x.stroke()
  }
}
