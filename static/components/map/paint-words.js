// What is written on pages and pageblocks when there is room for it.
import { classesOf } from "../../lib/layers.js"
import { outline } from "./paint-machine.js"

// free memory is a place too: the pageblock keeps its outline
export function frame({ x, pal }, t) {
  x.fillStyle = pal.c.free
  x.fillRect(t.x - 1, t.y - 1, t.w + 1.5, t.h + 1.5)
  outline(x, pal.c.rule, 1, t.x - 1.5, t.y - 1.5, t.w + 2, t.h + 2.5)
}

export function name({ x, pal, camera, types }, t, plate, block) {
  const type = types?.(plate, block), words = `pageblock ${block}${type === undefined ? "" : "  " + TYPES[type]}`
  const X = Math.max(t.x, 2), y = t.oy + 12, { dataY, landH } = t.b
  x.font = pal.font("note", 650)
  const room = Math.min(t.x + t.w, camera.box.w) - X
  if (y < dataY + 6 || y > dataY + landH - 6 || room < x.measureText(words).width) return
  x.fillStyle = pal.c["ink-2"]
  x.textBaseline = "middle"
  x.textAlign = "left"
  x.fillText(words, X, y)
}
const TYPES = classesOf("migratetype").map(c => c.name)

export function letters(view, t, pages, w, h, gap) {
  const { x, pal, look, memory } = view, top = t.b.dataY, end = top + t.b.landH
  x.textAlign = "center"
  x.textBaseline = "middle"
  for (const { kind, from, to } of runs(pages, memory.state ? 0x7f : 0xff)) {
    const y0 = Math.max(top, t.y + (from & 31) * h), y1 = Math.min(end, t.y + ((from & 31) + to - from) * h)
    const letter = look.letters[kind], H = y1 - y0, size = Math.max(9, Math.min(H * .8, w * .5, 16))
    if (!letter || H < 10 || look.alpha(kind) < 1) continue
    const X = t.x + (from >> 5) * w, Y = (y0 + y1) / 2
    if (X + w < 0 || X > view.camera.box.w) continue
    x.font = pal.font(size, 700)
    x.fillStyle = look.solid[kind]
    x.fillRect(X, Y - Math.min(H, size * 1.3) / 2, w - gap * 2, Math.min(H - 1, size * 1.3))
    x.fillStyle = look.ink[kind]
    x.fillText(letter, X + (w - gap * 2) / 2, Y + .5)
  }
}

// runs of equal pages inside each column of 32
function* runs(pages, mask) {
  for (let from = 0; from < pages.length;) {
    const kind = pages[from] & mask, end = Math.min(pages.length, (from & ~31) + 32)
    let to = from + 1
    while (to < end && (pages[to] & mask) === kind) to++
    yield { kind, from, to }
    from = to
  }
}

export function words({ x, pal, look, run }, pfn, kind, pid, { X, Y, W, H }) {
  const size = pal.strong > 2 ? 13 : 11, owner = pid ? ownerOf(run, pid) : "", two = owner && H > 24
  x.save()
  x.beginPath()
  x.rect(X, Y, W - 2, H)
  x.clip()
  x.textAlign = "left"
  x.textBaseline = "middle"
  x.fillStyle = look.ink[kind]
  x.font = pal.font(size + 3, 700)
  x.fillText(look.letters[kind], X + 6, Y + H / 2)
  x.font = pal.font(size, 500, "mono")
  x.fillText("…" + (pfn & 0xfff).toString(16).padStart(3, "0"), X + 21, Y + H / 2 - (two ? size * .55 : 0))
  x.font = pal.font(size, 450)
  if (two) x.fillText(owner, X + 21, Y + H / 2 + size * .6)
  x.restore()
}
const ownerOf = (run, pid) => run.meta.processes.find(p => p.pid === pid)?.name ?? String(pid)

export function pin(x, pal, X, Y, r) {
  x.beginPath()
  x.arc(X, Y, r, 0, 7)
  x.fillStyle = pal.c.pin
  x.fill()
  x.lineWidth = Math.max(.8, r * .35)
  x.strokeStyle = pal.c.paper
  x.stroke()
}
