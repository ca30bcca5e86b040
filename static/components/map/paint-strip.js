// Tag storage. Machine level: one stacked bar a column. Small machines: one cell a tag page, straight below its 32 data
// pages: reserved cells fill to n of 32 and hatch the rest, what holds data is gold, free is empty with an edge.
import { STATES, FREE, TAGS, PINNED, POUR_TAG, dimmed } from "../../lib/states.js"
import { outline } from "./paint-machine.js"
import { pin } from "./paint-pages.js"

export function paintBar({ x, pal, world, camera, part }, plate, col) {
  const at = camera.find(plate, col), W = 16 * camera.su, w = W - Math.max(1, W * .08), q = world.bar(plate, col)
  let y = at.b.stripY + at.b.stripH
  const segment = (pages, fill, kind) => {
    if (pages <= 0) return
    const h = at.b.stripH * pages / q.n
    x.globalAlpha = dimmed(part, kind, 1) ? .15 : 1
    x.fillStyle = fill
    x.fillRect(at.x, y - h, w, h + .1)
    y -= h
  }
  segment(q.full, pal.c.tags, TAGS)
  segment(q.c[TAGS] - q.full, pal.pat.slack, TAGS)
  for (const kind of POUR_TAG) segment(q.c[kind], pal.lent[kind], kind)
  x.globalAlpha = 1
  if (world.policy === "off") return
  const below = at.b.stripY + at.b.stripH + 8, r = camera.box.w < 600 ? 2 : 2.9
  for (let k = 0; k < Math.min(q.pins, 3); k++) pin(x, pal, at.x + w / 2, below + k * 7, r)
}

export function paintCells(view, plate, block) {
  const { x, pal, camera } = view, first = camera.stripCell(plate.g0 + block * 16)
  if (first.w <= 8 && first.h > 12) {
    outline(x, pal.c.rule, 1, first.x - 1.5, first.y - .5, first.t.w + 2, first.h + 1)
  }
  for (let i = block * 16; i < Math.min(plate.tag_pages, block * 16 + 16); i++) cell(view, plate, plate.g0 + i)
}

function cell(view, plate, g) {
  const { x, pal, world, camera, part } = view, q = camera.stripCell(g), v = world.tag[g], kind = v & 0x7f
  const W = Math.max(.8, q.w - (q.w > 4 ? Math.min(1.5, q.w * .1) : .3)), tagged = world.tagged(g)
  x.globalAlpha = dimmed(part, kind, 1) ? .15 : 1
  if (kind === TAGS) reserved(x, pal, q, W, tagged / 32)
  else {
    x.fillStyle = q.w > 5 && q.h > 4 ? pal.lent[kind] : pal.solidLent[kind]
    x.fillRect(q.x, q.y, W, q.h)
    if (kind === FREE && q.w > 8 && q.h > 3) {
      outline(x, pal.c["rule-2"], .7, q.x + .3, q.y + .3, W - .6, q.h - .6)
    }
  }
  if (plate.block > 1 && (g - plate.g0) % plate.block === 0 && q.h > 8) brace(x, pal, q, plate.block)
  if (q.w >= 15 && q.h >= 15) text(x, pal, kind, tagged, q, W)
  x.globalAlpha = 1
  if (v & PINNED && world.policy !== "off") pinned(x, pal, q, W)
}

function reserved(x, pal, q, W, share) {
  const h = q.h * share
  x.fillStyle = q.w > 2.5 ? pal.pat.slack : pal.c.slack
  x.fillRect(q.x, q.y, W, q.h - h)
  x.fillStyle = pal.c.tags
  x.fillRect(q.x, q.y + q.h - h, W, h)
}

// block size 2 and more: one brace over the tag pages that live together
function brace(x, pal, q, size) {
  x.fillStyle = pal.c.ink
  x.fillRect(q.x, q.y - 3, q.w * size - (q.w > 4 ? 1.5 : .6), 1.4)
}

function text(x, pal, kind, tagged, q, W) {
  const words = kind === TAGS ? String(tagged) : kind === FREE ? (W > 28 ? "free" : "") : STATES[kind].letter
  x.textAlign = "center"
  x.textBaseline = "middle"
  x.font = kind === FREE ? pal.font("note", 500) : pal.font(Math.max(10, Math.min(16, W * .42)), 700)
  const X = q.x + W / 2, Y = q.y + q.h / 2, w = x.measureText(words).width
  if (w > W - 1) return
  if (kind === TAGS) {
    x.fillStyle = pal.c.tags
    x.fillRect(X - w / 2 - 3, Y - 8, w + 6, 16)
  }
  x.fillStyle = pal.lentInk[kind]
  x.fillText(words, X, Y + .5)
}

function pinned(x, pal, q, W) {
  if (q.w > 9) pin(x, pal, q.x + W - Math.min(9, W * .3), q.y + Math.min(9, q.h * .25), clampR(W * .14))
  else pin(x, pal, q.x + W / 2, q.y + q.h + 8, Math.min(3, Math.max(2, q.w * .55)))
}
const clampR = r => Math.max(2.5, Math.min(5, r))
