// Ten points of the data in view: the page there, the colour there, and where in its mixture the point lies. Read and
// run on the page by test_map_levels.py (Chromium) and tests/npm/ten-points.mjs (Firefox).
() => {
  const map = document.querySelector("page-map"), { camera, palette, land } = map, found = []
  const d = devicePixelRatio, level = camera.level, { merge, plates: { P } } = camera
  // the tile that is drawn for a pageblock: its own, or the one it shares with its neighbours
  const shared = (t, { plate, block }) => {
    if (level > 0 || merge === 1) return { t, blocks: [block] }
    const wide = 16 * camera.su, first = t.s.c0 + Math.floor((t.col - t.s.c0) / merge) * merge
    const n = Math.min(merge, t.s.c1 - first), w = wide * n
    const blocks = Array.from({ length: n }, (_, i) => (first + i) * P + t.r).filter(b => b < plate.blocks)
    return { t: { ...t, x: t.s.x + (first - t.s.c0) * wide, w: w - Math.max(1, Math.min(9, w * .08)) }, blocks }
  }
  const copy = new OffscreenCanvas(land.canvas.width, land.canvas.height).getContext("2d", { willReadFrequently: true })
  copy.drawImage(land.canvas, 0, 0)
  const rgb = c => { const x = new OffscreenCanvas(1, 1).getContext("2d"); x.fillStyle = c; x.fillRect(0, 0, 1, 1)
    return [...x.getImageData(0, 0, 1, 1).data].slice(0, 3) }
  for (let i = 0; found.length < 10 && i < 60; i++) {
    const band = camera.list[i % camera.list.length]
    const hit = camera.at(camera.box.w * ((i * .137 + .05) % 1), band.dataY + band.landH * ((i * .211 + .07) % 1))
    if (!hit || hit.tag) continue
    const q = level >= 2 ? camera.cell(hit.pfn) : camera.column(hit.g), { t, blocks } = shared(q.t, hit)
    const edge = Math.min(.3, 1.6 / (level === 1 ? t.h : t.w)) // the outline of what is free is no part of its mixture
    const deep = Math.max(edge, Math.min(1 - edge, .05 + .9 * (i % 7) / 7))
    const at = level >= 2 ? [q.x + Math.min(3, q.w * .3), q.y + q.h / 2]
      : level === 1 ? [q.x + q.w * .4, t.y + t.h * deep] : [t.x + t.w * deep, t.y + t.h / 2]
    if (at[1] < band.dataY + 1 || at[1] > band.dataY + band.landH - 1 || at[0] < 0 || at[0] > camera.box.w) continue
    const under = camera.at(...at), px = [Math.floor((at[0] + 3) * d), Math.floor(at[1] * d)]
    const pixel = copy.getImageData(...px, 1, 1).data
    const share = level >= 2 ? 0 : level === 1 ? (t.y + t.h - at[1]) / t.h : (at[0] - t.x) / t.w
    if (!blocks.includes(under?.block)) continue
    found.push({ pfn: under.pfn, blocks, start: hit.plate.data_start, level, share, x: at[0] + 3, y: at[1],
      pixel: [...pixel].slice(0, 3), size: level === 1 ? t.h : t.w })
  }
  const { c } = palette, also = { 8: [c.dirty], 10: [c["kernel-2"]], 3: [c["free-edge"]], 2: [c["rule-2"], c.rule] }
  return { found, colours: palette.solid.map((c, k) => [c, ...(also[k] ?? [])].map(rgb)) }
}
