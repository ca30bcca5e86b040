// Tag storage. Machine level: one stacked bar a column (or for those that stand as one). Deeper: one cell a tag page, straight below its 32 data pages:
// reserved cells fill to n of 32 and hatch the rest, what holds data is gold, free is empty with an edge.
import { FREE, TAGS, PINNED } from "../../lib/states.js"
import { PER_BLOCK } from "../../lib/plates.js"
import { outline } from "./paint-machine.js"
import { pin } from "./paint-words.js"
import { cellWords } from "./paint-cell-words.js"

export function paintBar(view, plate, col, columns = 1) {
  const { x, pal, world, camera, look, memory, tally } = view, at = camera.find(plate, col), W = 16 * camera.su * columns
  const w = W - Math.max(1, W * .08), state = look.layer === "state", source = state ? world : memory
  const q = together(Array.from({ length: columns }, (_, i) => source.bar(plate, col + i)))
  tally.counts("tags", q.c, 0, look.known)
  if (!camera.fit) tally.coarse = true
  let y = at.b.stripY + at.b.stripH
  const segment = (pages, fill, kind) => {
    if (pages <= 0) return
    const h = at.b.stripH * pages / q.n
    x.globalAlpha = look.alpha(kind, 1)
    x.fillStyle = fill
    x.fillRect(at.x, y - h, w, h + .1)
    y -= h
  }
  if (state) {
    segment(q.full, pal.c.tags, TAGS)
    segment(q.c[TAGS] - q.full, pal.pat.slack, TAGS)
  }
  for (const kind of look.pourTags) segment(q.c[kind], look.lent[kind], kind)
  x.globalAlpha = 1
  if (!world.rules.tags || !state) return
  const below = at.b.stripY + at.b.stripH + 8, r = camera.box.w < 600 ? 2 : 2.9
  for (let k = 0; k < Math.min(q.pins, 3); k++) pin(x, pal, at.x + w / 2, below + k * 7, r)
}

// several bars as one
function together(bars) {
  if (bars.length === 1) return bars[0]
  const sum = of => bars.reduce((total, bar) => total + (of(bar) ?? 0), 0)
  return { c: [...bars[0].c].map((_, kind) => sum(bar => bar.c[kind])), full: sum(bar => bar.full), pins: sum(bar => bar.pins),
    n: sum(bar => bar.n) }
}

export function paintCells(view, plate, block, entry) {
  const { x, pal, camera, memory, look, tally } = view, first = camera.stripCell(plate.g0 + block * PER_BLOCK)
  if (first.h < .3) return
  if (first.w <= 8 && first.h > 12) {
    outline(x, pal.c.rule, 1, first.x - 1.5, first.y - .5, first.t.w + 2, first.h + 1)
  }
  entry.tags.forEach((v, i) => {
    const q = { ...first, x: first.x + i * first.w }
    if (q.x + q.w <= 0 || q.x >= camera.box.w) return
    const kind = memory.state ? v & 0x7f : v, pfn = plate.tag_start + block * PER_BLOCK + i
    tally.page("tags", kind)
    tally.range("tags", pfn, pfn + 1)
    if (kind < look.known) cell(view, plate, pfn, q, { v, kind, tagged: memory.tagged(entry, i) })
  })
}

function cell(view, plate, pfn, q, { v, kind, tagged }) {
  const { x, pal, world, look } = view, W = Math.max(.8, q.w - (q.w > 4 ? Math.min(1.5, q.w * .1) : .3))
  const state = look.layer === "state", index = pfn - plate.tag_start
  x.globalAlpha = look.alpha(kind, 1)
  if (state && kind === TAGS) reserved(x, pal, q, W, tagged / 32)
  else {
    x.fillStyle = q.w > 5 && q.h > 4 ? look.lent[kind] : look.solidLent[kind]
    x.fillRect(q.x, q.y, W, q.h)
    const edged = state && kind === FREE && q.w > 8 && q.h > 3
    if (edged) outline(x, pal.c["rule-2"], .7, q.x + .3, q.y + .3, W - .6, q.h - .6)
  }
  if (plate.block > 1 && index % plate.block === 0 && q.h > 8) brace(x, pal, q, plate.block)
  if (q.w >= 15 && q.h >= 15) cellWords(view, pfn, kind, tagged, q, W)
  x.globalAlpha = 1
  if (state && v & PINNED && world.rules.tags) pinned(view, q, W)
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

function pinned({ x, pal, camera }, q, W) {
  const r = Math.max(2.5, Math.min(5, W * .14))
  if (q.w > 9) pin(x, pal, q.x + W - Math.min(9, W * .3), q.y + Math.min(9, q.h * .25), r)
  else {
    const below = camera.span[1] > 1.5 ? -q.h / 2 : 8 // several rows of cells: on the cell itself
    pin(x, pal, q.x + W / 2, q.y + q.h + below, Math.min(3, Math.max(2, q.w * .55)))
  }
}
