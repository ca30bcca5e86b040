// Tokens -> canvas colours and patterns, read once per theme.
import { STATES, FREE, FILE, DIRTY, TAGS } from "../../lib/states.js"
import { token, px } from "../piece.js"

const COLOURS = `paper ink ink-2 ink-3 rule rule-2 link tags tags-ink tags-text slack slack-2 slack-ink tagged on-tagged
  lent lent-2 lent-3 lent-ink lent-text free free-edge anon file dirty slab on-slab kernel kernel-2 on-kernel on-data
  hole isolated fail fail-ink fail-text pin`.split(/\s+/)

export function palette(context, { tags }) {
  const c = Object.fromEntries(COLOURS.map(name => [name, token(name)]))
  const dark = document.documentElement.dataset.theme === "dark", pat = patterns(context, c)
  const data = STATES.map(s => pat[s.pattern] ?? c[s.data])
  const lent = !tags ? data : STATES.map(s => pat[s.lentPattern] ?? c[s.lent ?? s.data])
  const faces = { sans: token("sans"), mono: token("mono") }, sizes = {}
  const size = t => typeof t === "number" ? t : sizes[t] ??= px(`t-${t}`)
  return {
    c, pat, data, lent, dark,
    solid: STATES.map(s => c[s.data]),
    solidLent: !tags ? STATES.map(s => c[s.data]) : STATES.map(s => c[s.lent ?? s.data]),
    ink: STATES.map(s => c[s.ink]),
    lentInk: STATES.map((_, kind) => inkOnTags(c, kind, dark || !tags)),
    font: (t, weight = 450, face = "sans") => `${weight} ${size(t)}px ${faces[face]}`,
    strong: parseFloat(token("stroke-2")),
  }
}

function inkOnTags(c, kind, plain) {
  if (kind === TAGS) return c["tags-ink"]
  if (kind === FREE) return c["ink-3"]
  return plain && (kind === FILE || kind === DIRTY) ? c.ink : c["lent-ink"]
}

function patterns(context, c) {
  const tile = (n, background, paint) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: n, height: n }), x = canvas.getContext("2d")
    x.fillStyle = background
    x.fillRect(0, 0, n, n)
    paint(x, n)
    return context.createPattern(canvas, "repeat")
  }
  return {
    slack: tile(6, c.slack, diagonal(c["slack-2"], 1.5)),
    "hatch-lent": tile(8, c["lent-2"], diagonal(c["lent-3"], 2)),
    hatch: tile(7, c.hole, diagonal(c["rule-2"], 1)),
    dots: tile(4, c.file, spot(c.dirty, 1, 1, 1.6, 1.6)),
    lines: tile(5, c.free, spot(c["free-edge"], 0, 2, 5, 1)),
    bars: tile(4, c.kernel, spot(c["kernel-2"], 0, 2, 4, 1.5)),
    blocked: tile(6, c.paper, diagonal(c.fail, 1.5)),
  }
}

const spot = (colour, a, b, w, h) => x => {
  x.fillStyle = colour
  x.fillRect(a, b, w, h)
}
const diagonal = (colour, width) => (x, n) => {
  x.strokeStyle = colour
  x.lineWidth = width
  x.beginPath()
  for (const d of [-n, 0, n]) {
    x.moveTo(d - 1, n + 1)
    x.lineTo(d + n + 1, -1)
  }
  x.stroke()
}
