// The outline of 32 pages, one vertical line, the outline of their tag page. Broken crimson with a cross: refused.
import { run } from "../../run.js"

export function paintLink({ camera, palette: { c, strong } }, x, pfn, look) {
  const { plates } = run, g = plates.row(pfn), p = plates.plateOf(pfn), poured = camera.level === 0
  const rows = p.served ? plates.unit(g) : [g], first = camera.column(rows[0]), last = camera.column(rows.at(-1))
  const bad = look === "refused", pen = { x, c, bad, colour: bad ? c.fail : c.link, width: strong }
  const X = poured ? first.t.x : first.x, W = poured ? first.t.w : last.x + last.w - first.x, mid = X + W / 2
  if (poured) columnBox(pen, camera, p, first, X, W)
  box(pen, X - .5, first.y - .5, W + 1, Math.max(3, first.h + 1), strong)
  if (!poured && !plates.isTag(pfn)) page(pen, camera.cell(pfn), strong)
  if (!p.served) return
  const band = first.t.b, cell = camera.stripCell(rows[0])
  line(pen, mid, first.y + first.h + 1, poured ? band.stripY - 3 : cell.y)
  if (poured) box(pen, X - 1, band.stripY - 2, W + 2, band.stripH + 4, strong)
  else box(pen, cell.x - .5, cell.y - .5, Math.max(4, W), cell.h + 1, strong)
  const at = poured ? band.stripY + 12 : Math.min(cell.y + cell.h / 2, cell.y + 14)
  if (bad) cross(pen, mid, at, poured || cell.w < 12 ? 5 : 7)
}

// machine level: the whole column, so that the eye finds the tile in it
function columnBox(pen, camera, p, { t }, X, W) {
  const P = camera.plates.P, last = Math.min(p.blocks, (t.col + 1) * P) - 1
  const top = camera.tile(p, t.col * P), end = camera.tile(p, last)
  box(pen, X - 1, top.y - 1, W + 2, end.y + end.h - top.y + 2, pen.width * .7)
}

function page(pen, r, width) { box(pen, r.x + .5, r.y + .5, Math.max(3, r.w - 2), Math.max(3, r.h - 1.5), width + .8) }

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
