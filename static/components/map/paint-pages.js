// Small machines: the true pages, colour and pattern; one letter a run of equal pages reads farther than one in each.
import { STATES, PINNED, dimmed } from "../../lib/states.js"
import { outline } from "./paint-machine.js"

export function paintPages(view, t, plate, block) {
  const { x, pal, world, part } = view, w = t.w / 16, h = t.h / 32, gap = w > 6 ? Math.min(1.4, w * .07) : .35
  const base = plate.off + block * 512, n = Math.min(512, plate.data_pages - block * 512), pins = []
  frame(x, pal, t)
  for (let i = 0; i < n; i++) {
    const v = world.pages[base + i], kind = v & 0x7f, X = t.x + (i >> 5) * w, Y = t.y + (i & 31) * h
    const W = w - gap * 2, H = Math.max(.7, h - Math.min(gap * 1.2, h * .12))
    x.globalAlpha = dimmed(part, kind) ? .15 : 1
    x.fillStyle = W > 5 && H > 4 ? pal.data[kind] : pal.solid[kind]
    x.fillRect(X, Y, W, H)
    if (STATES[kind].edge && W > 8 && H > 4) outline(x, pal.c["rule-2"], .5, X + .3, Y + .3, W - .6, H - .6)
    if (v & PINNED) pins.push([X + W - Math.min(6, W / 2), Y + H / 2, Math.max(1.1, Math.min(4.5, H * .3))])
  }
  x.globalAlpha = 1
  if (w >= 12) letters(view, t, base, n, w, h, gap)
  for (const [X, Y, r] of pins) pin(x, pal, X, Y, r)
}

// free memory is a place too: the pageblock keeps its outline
function frame(x, pal, t) {
  x.fillStyle = pal.c.free
  x.fillRect(t.x - 1, t.y - 1, t.w + 1.5, t.h + 1.5)
  outline(x, pal.c.rule, 1, t.x - 1.5, t.y - 1.5, t.w + 2, t.h + 2.5)
}

function letters({ x, pal, world, part }, t, base, n, w, h, gap) {
  x.textAlign = "center"
  x.textBaseline = "middle"
  for (const { kind, from, to } of runs(world.pages, base, n)) {
    const { letter } = STATES[kind], H = (to - from) * h, size = Math.max(9, Math.min(H * .8, w * .5, 16))
    if (!letter || H < 10 || dimmed(part, kind)) continue
    const X = t.x + (from >> 5) * w, Y = t.y + ((from & 31) + (to - from) / 2) * h
    x.font = pal.font(size, 700)
    x.fillStyle = pal.solid[kind]
    x.fillRect(X, Y - Math.min(H, size * 1.3) / 2, w - gap * 2, Math.min(H - 1, size * 1.3))
    x.fillStyle = pal.ink[kind]
    x.fillText(letter, X + (w - gap * 2) / 2, Y + .5)
  }
}

// runs of equal pages inside each column of 32
function* runs(pages, base, n) {
  for (let from = 0; from < n;) {
    const kind = pages[base + from] & 0x7f, end = Math.min(n, (from & ~31) + 32)
    let to = from + 1
    while (to < end && (pages[base + to] & 0x7f) === kind) to++
    yield { kind, from, to }
    from = to
  }
}

export function pin(x, pal, X, Y, r) {
  x.beginPath()
  x.arc(X, Y, r, 0, 7)
  x.fillStyle = pal.c.pin
  x.fill()
  x.lineWidth = Math.max(.8, r * .35)
  x.strokeStyle = pal.c.paper
  x.stroke()
}
