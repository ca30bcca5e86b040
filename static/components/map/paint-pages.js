// The true pages, colour and pattern; one letter a run of equal pages reads farther than one in each. At page level
// each has its letter, the end of its pfn and its owner.
import { PINNED } from "../../lib/states.js"
import { BLOCK } from "../../lib/plates.js"
import { outline } from "./paint-machine.js"
import { frame, name, letters, words, pin } from "./paint-words.js"

export function paintPages(view, t, plate, block, entry) {
  const { x, look, camera, memory, tally } = view, w = t.w / 16, h = t.h / 32
  const gap = w > 6 ? Math.min(1.4, w * .07) : .35
  const { pages } = entry, top = t.b.dataY, end = top + t.b.landH, pins = [], full = camera.level === 3
  const W = w - gap * 2, H = Math.max(.7, h - Math.min(gap * 1.2, h * .12)), fine = W > 5 && H > 4 && !full
  const first = plate.data_start + block * BLOCK, from = Math.max(0, Math.ceil((top - t.y) / h - 1 + 1e-6))
  const to = Math.min(32, Math.floor((end - t.y) / h - 1e-6) + 1)
  if (t.head) name(view, t, plate, block)
  if (w <= 10) frame(view, t)
  for (let c = 0; c * 32 < pages.length; c++) {
    const X = t.x + c * w, last = Math.min(to, pages.length - c * 32)
    if (X + w <= 0 || X >= camera.box.w || from >= last) continue
    tally.range("data", first + c * 32 + from, first + c * 32 + last)
    for (let r = from; r < last; r++) {
      const v = pages[c * 32 + r], kind = memory.state ? v & 0x7f : v, Y = t.y + r * h
      if (kind >= look.known) continue
      tally.page("data", kind)
      x.globalAlpha = look.alpha(kind)
      x.fillStyle = fine ? look.data[kind] : look.solid[kind]
      x.fillRect(X, Y, W, H)
      if (look.edge[kind] && W > 8 && H > 4) outline(x, view.pal.c["rule-2"], .5, X + .3, Y + .3, W - .6, H - .6)
      if (full) words(view, first + c * 32 + r, kind, entry.pids?.[c * 32 + r], { X, Y, W, H })
      if (!memory.state || !(v & PINNED)) continue
      pins.push([X + W - Math.min(6, W / 2), Y + H / 2, Math.max(1.1, Math.min(4.5, H * .3))])
    }
  }
  x.globalAlpha = 1
  if (!full && w >= 12) letters(view, t, pages, w, h, gap)
  for (const [X, Y, r] of pins) pin(x, view.pal, X, Y, r)
}
