// What is written on a tag page: n of 32, what it holds, its pfn.
import { FREE, TAGS } from "../../lib/states.js"
import { hex } from "../../lib/format.js"

export function cellWords(view, pfn, kind, tagged, q, W) {
  const { pal, look } = view, big = W > 54 && q.h > 44, state = look.layer === "state", tags = state && kind === TAGS
  const text = tags ? String(tagged) : state && kind === FREE ? (W > 28 ? "free" : "") : look.letters[kind]
  const small = state && kind === FREE
  const font = small ? pal.font("note", 500) : pal.font(Math.max(10, Math.min(16, W * .42)), 700)
  const put = (words, dy, face) => write(view, words, q.x + W / 2, q.y + q.h / 2 + dy, face, W, tags, kind)
  put(text, big ? -11 : 0, font)
  if (big) put(hex(pfn), 9, pal.font(pal.strong > 2 ? 13 : 11.5, 500, "mono"))
}

function write({ x, pal, look }, words, X, Y, font, W, tags, kind) {
  x.textAlign = "center"
  x.textBaseline = "middle"
  x.font = font
  const w = x.measureText(words).width
  if (!words || w > W - 1) return
  if (tags) {
    x.fillStyle = pal.c.tags
    x.fillRect(X - w / 2 - 3, Y - 8, w + 6, 16)
  }
  x.fillStyle = look.lentInk[kind]
  x.fillText(words, X, Y + .5)
}
