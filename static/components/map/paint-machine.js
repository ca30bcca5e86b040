// Machine level: a pageblock is its mixture, poured left to right. One level down each page column is the mixture of
// its 32 pages, poured upwards. Exact areas, never a mean colour.
import { FREE } from "../../lib/states.js"
import { BLOCK, GRAN } from "../../lib/plates.js"

export function paintBlock({ x, pal, look, tally, camera }, t, plate, block, counts) {
  const { known, pour } = look, o = (plate.b0 + block) * known, fine = t.h >= 14 && t.w >= 30
  tally.counts("data", counts, o, known)
  const first = plate.data_start + block * BLOCK
  tally.range("data", first, Math.min(first + BLOCK, plate.end))
  if (camera.level > 0) tally.coarse = true
  let n = 0, at = t.x
  for (const kind of pour) n += counts[o + kind]
  for (const kind of pour) {
    const pages = counts[o + kind]
    if (!pages) continue
    const w = t.w * pages / n
    x.globalAlpha = look.alpha(kind)
    x.fillStyle = fine ? look.data[kind] : look.solid[kind]
    x.fillRect(at, t.y, w + .15, t.h)
    at += w
  }
  x.globalAlpha = 1
  if (look.layer === "state" && counts[o + FREE] > n * .5) {
    outline(x, pal.c.rule, .6, t.x + .3, t.y + .3, t.w - .6, t.h - .6)
  }
}

export function paintRows(view, t, plate, block, entry) {
  const { x, pal, camera, tally, look } = view, w = t.w / 16, wide = Math.max(.8, w - (w > 3.5 ? .8 : .2))
  const rows = entry.rows.length / look.known, first = plate.data_start + block * BLOCK
  if (camera.level > 1) tally.coarse = true
  for (let i = 0; i < rows; i++) {
    const X = t.x + i * w
    if (X + w < 0 || X > camera.box.w) continue
    tally.counts("data", entry.rows, i * look.known, look.known)
    tally.range("data", first + i * GRAN, Math.min(first + (i + 1) * GRAN, plate.end))
    column(x, look, entry.rows, i * look.known, X, wide, t)
  }
  x.globalAlpha = 1
  outline(x, pal.c["rule-2"], .7, t.x - .5, t.y - .5, t.w + 1, t.h + 1)
}

function column(x, look, counts, o, X, wide, t) {
  let y = t.y + t.h
  for (const kind of look.pour) {
    const pages = counts[o + kind]
    if (!pages) continue
    const h = t.h * pages / GRAN
    x.globalAlpha = look.alpha(kind)
    x.fillStyle = look.solid[kind]
    x.fillRect(X, y - h, wide, h + .1)
    y -= h
  }
}

export function outline(x, colour, width, ...box) {
  x.strokeStyle = colour
  x.lineWidth = width
  x.strokeRect(...box)
}
