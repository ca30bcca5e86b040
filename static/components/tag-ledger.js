// <tag-ledger>: tag storage in MiB against the fixed 1/32, always the whole width.
import { Piece, define, px, svg } from "./piece.js"
import { run, tell } from "../page-run.js"
import { segments } from "../lib/ledger.js"
import { mib, percent, plural, size } from "../lib/format.js"

const LOOKS = {
  full: { fill: "var(--tags)", ink: "tags-ink", need: 44 },
  slack: { fill: "url(#ledger-slack)", ink: "slack-ink", need: 70 },
  anon: { fill: "var(--lent)", ink: "lent-ink", need: 40 },
  file: { fill: "url(#ledger-lent)", ink: "on-lent-2", need: 40 },
  other: { fill: "var(--isolated)", ink: "paper", need: 60 },
  free: { fill: "var(--free)", ink: "ink", need: 40 },
  used: { fill: "var(--anon)", ink: "on-data", need: 40 },
}
const HATCHES = `<defs>
  <pattern id="ledger-lent" width="8.5" height="8.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <rect width="8.5" height="8.5" fill="var(--lent-2)"/><rect width="2.8" height="8.5" fill="var(--lent-3)"/></pattern>
  <pattern id="ledger-slack" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <rect width="7" height="7" fill="var(--slack)"/><rect width="1.9" height="7" fill="var(--slack-2)"/></pattern>
  </defs>`

class TagLedger extends Piece {
  draw() {
    const v = run.ledger, g = geometry(this.width, v)
    const body = HATCHES + captions(v, g) + bars(v, g) + foot(v, g)
    const label = `Of ${size(v.total)} tag storage ${size(v.tags)} is reserved for tags and ${size(v.back)} given back`
    this.innerHTML = svg(g.W, g.bottom + (g.narrow ? 2 : g.note + 8), body, label)
    tell("ledger", v)
  }
}

function geometry(W, v) {
  const narrow = W < 600, ledger = px("t-ledger"), top = narrow ? 26 : 14 + ledger, H = narrow ? 42 : 10 + ledger * 1.8
  const pad = narrow ? 6 : W > 1200 ? 12 : 8
  return { W, narrow, ledger, top, H, bottom: top + H, pad, note: px("t-note"), x: pages => pages / v.total * W }
}

const number = (pages, colour) => `<tspan class="big ink-${colour}-text">${size(pages)}</tspan>`

function captions(v, g) {
  const y = g.top - 15, cap = (x, words, end = "") => `<text x="${x}" y="${y}" class="mid ${end}">${words}</text>`
  if (v.off) return brace(g, 0, g.W) + cap(0, `${number(v.total, "lent")} would be tag storage: ordinary memory now`)
  const x1 = g.x(v.tags), kept = g.narrow ? "kept" : v.all ? "kept, always" : "kept for tags"
  const out = brace(g, 0, x1 - 1) + brace(g, x1 + 1, g.W) + cap(0, `${number(v.tags, "tags")} ${kept}`)
  if (v.all) return out
  const back = `${number(v.back, "lent")} given back, ${percent(v.back, v.total)}${g.narrow ? "" : " of the carve-out"}`
  if (g.narrow) return out + cap(g.W, back, "e")
  const room = g.ledger * 9, end = x1 > g.W - g.ledger * 17
  return out + (end ? cap(g.W, back, "e") : cap(Math.max(x1 + 2, room), back))
}

const brace = ({ top }, a, b) => b - a < 4 ? ""
  : `<path class="brace" d="M${a + .5} ${top - 3}v-7H${b - .5}v7"/>`

function bars(v, g) {
  let from = 0, out = ""
  for (const part of segments(v)) {
    const x = g.x(from), w = g.x(part.pages)
    out += bar(g, part, x, w) + label(g, part, x, w)
    from += part.pages
  }
  return out
}

function bar(g, { name }, x, w) {
  if (w < .5) return ""
  const { fill } = LOOKS[name]
  if (name !== "free") return `<rect x="${x}" y="${g.top}" width="${w}" height="${g.H}" fill="${fill}"/>`
  const inner = `x="${x + .75}" y="${g.top + .75}" width="${Math.max(0, w - 1.5)}" height="${g.H - 1.5}"`
  return `<rect ${inner} fill="${fill}" class="edge"/>`
}

// the number, and the words while they fit: first without the part after the comma, then not at all
function label(g, part, x, w) {
  const { ink, need } = LOOKS[part.name], words = g.narrow ? part.short : part.words
  if (w < need) return ""
  const letter = px("t-note") * .47, fits = [words, words.split(",")[0]].find(s => s.length * letter + 2 * g.pad < w)
  const sub = fits ? `<text x="${x + g.pad}" y="${g.top + g.H * .84}" class="s ink-${ink}">${fits}</text>` : ""
  return `<text x="${x + g.pad}" y="${g.top + g.H * .5}" class="big ink-${ink}">${mib(part.pages)}</text>${sub}`
}

function foot(v, g) {
  if (g.narrow) return ""
  const y = g.bottom + g.note + 3, mean = v.mean.toFixed(1)
  const left = v.off ? "" : `${plural(v.tags, "tag page")} reserved, ${mean} of 32 filled on average`
  return `<text x="0" y="${y}" class="s">${left}</text>
    <text x="${g.W}" y="${y}" class="s e">${size(v.total)}, the fixed 1/32: a static carve-out keeps all of it</text>`
}
define("tag-ledger", TagLedger)
