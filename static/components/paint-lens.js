// The lens on a canvas: five hundred pages a few times a second are too many elements for the browser to lay out.
import { token } from "./piece.js"
import { run } from "../page-run.js"
import { STATES, FREE, TAGS, TAGGED, PINNED } from "../lib/states.js"
import { GRAN, PER_BLOCK } from "../lib/plates.js"

const LETTER = 8 // px that a page must be wide to have its letter

// Pages and tag pages of one pageblock, W px wide; the canvas gets the height it needs. `tag` is null where no tag
// storage serves them.
export function paintLens(canvas, W, { data, tag, rows }) {
  const c = (W - 40) / 33, h = Math.max(8, Math.min(c, 11)), x = sized(canvas, W, PER_BLOCK * (h + 1) + 4)
  const g = { x, c, h, left: GRAN * c + 12, w: W - GRAN * c - 13 }
  for (let r = 0; r < rows; r++) row(g, r * (h + 1) + 2, data.subarray(r * GRAN, r * GRAN + GRAN), tag?.[r])
}

function sized(canvas, W, H) {
  const d = devicePixelRatio || 1, x = canvas.getContext("2d")
  Object.assign(canvas, { width: Math.round(W * d), height: Math.round(H * d) })
  Object.assign(canvas.style, { width: `${W}px`, height: `${H}px` })
  x.scale(d, d)
  x.font = `600 8.5px ${token("sans")}`
  x.textAlign = "center"
  return x
}

function row(g, y, data, tag) {
  data.forEach((v, k) => page(g, k * g.c, y, v))
  if (tag !== undefined) tagPage(g, y, tag, data.filter(v => (v & 0x7f) === TAGGED).length)
}

function page({ x, c, h }, X, y, v) {
  const s = STATES[v & 0x7f]
  x.fillStyle = token(s.data)
  x.fillRect(X, y, c - .8, h)
  if (s.letter && c >= LETTER) {
    x.fillStyle = token(s.ink)
    x.fillText(s.letter, X + c / 2, y + h - 2.2)
  }
  if (v & PINNED) pin(x, X + c - 2.5, y + 2.5, 2)
}

function tagPage({ x, c, h, left, w }, y, v, tagged) {
  const kind = v & 0x7f, bad = v & PINNED && run.rules.tags
  line(x, token("ink"), bad ? 2 : .8, () => { x.moveTo(GRAN * c, y + h / 2); x.lineTo(left, y + h / 2) })
  x.fillStyle = token(colourOf(kind))
  x.fillRect(left, y, w, h)
  if (kind === FREE) line(x, token("free-edge"), .8, () => x.rect(left, y, w, h))
  x.fillStyle = token("tags")
  if (kind === TAGS) x.fillRect(left, y, w * tagged / GRAN, h)
  if (bad) pinned({ x, c, h, left, w }, y)
}

// none of the row can be tagged: both outlines broken, and the pin
function pinned({ x, c, h, left, w }, y) {
  x.setLineDash([6, 3])
  for (const [X, W] of [[-1, GRAN * c + 1], [left - 1, w + 2]]) {
    line(x, token("fail"), 2, () => x.rect(X, y - 1.5, W, h + 3))
  }
  x.setLineDash([])
  pin(x, left + w / 2, y + h / 2, 2.8)
}

function line(x, colour, width, path) {
  x.strokeStyle = colour
  x.lineWidth = width
  x.beginPath()
  path()
  x.stroke()
}

function pin(x, X, y, r) {
  x.fillStyle = token("pin")
  x.beginPath()
  x.arc(X, y, r, 0, 7)
  x.fill()
}

function colourOf(kind) {
  if (!run.rules.tags) return STATES[kind].data
  return kind === TAGS ? "slack" : STATES[kind].lent ?? STATES[kind].data
}
