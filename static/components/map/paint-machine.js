// Machine level: a pageblock is its mixture, poured left to right. One level down each page column is the mixture of
// its 32 pages, poured upwards. Exact areas, never a mean colour.
import { POUR, FREE, KINDS, dimmed } from "../../lib/states.js"

export function paintBlock({ x, pal, world, part }, t, plate, block) {
  const o = (plate.b0 + block) * KINDS, c = world.blocks
  let n = 0, at = t.x
  for (const kind of POUR) n += c[o + kind]
  for (const kind of POUR) {
    if (!c[o + kind]) continue
    const w = t.w * c[o + kind] / n
    x.globalAlpha = dimmed(part, kind) ? .15 : 1
    x.fillStyle = t.h < 14 || t.w < 30 ? pal.solid[kind] : pal.data[kind]
    x.fillRect(at, t.y, w + .15, t.h)
    at += w
  }
  x.globalAlpha = 1
  if (c[o + FREE] > n * .5) outline(x, pal.c.rule, .6, t.x + .3, t.y + .3, t.w - .6, t.h - .6)
}

export function paintRows({ x, pal, world, part }, t, plate, block) {
  const w = t.w / 16, wide = Math.max(.8, w - (w > 3.5 ? .8 : .2)), rows = Math.ceil(plate.data_pages / 32)
  for (let i = 0; i < 16 && block * 16 + i < rows; i++) {
    const o = (plate.g0 + block * 16 + i) * KINDS
    let y = t.y + t.h
    for (const kind of POUR) {
      const h = t.h * world.rows[o + kind] / 32
      if (!h) continue
      x.globalAlpha = dimmed(part, kind) ? .15 : 1
      x.fillStyle = pal.solid[kind]
      x.fillRect(t.x + i * w, y - h, wide, h + .1)
      y -= h
    }
  }
  x.globalAlpha = 1
  outline(x, pal.c["rule-2"], .7, t.x - .5, t.y - .5, t.w + 1, t.h + 1)
}

export function outline(x, colour, width, ...box) {
  x.strokeStyle = colour
  x.lineWidth = width
  x.strokeRect(...box)
}
