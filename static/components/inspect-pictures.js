// The pictures of the inspector. <inspect-pair>: pages above, the tag pages that hold their tags below, joined by two
// lines; <inspect-block>: a pageblock poured, over its tag pages; <inspect-spread>: where the pages of a process lie.
import { Piece, define, svg } from "./piece.js"
import { run } from "../page-run.js"
import { STATES, ANON, FREE, PINNED, POUR, TAGS } from "../lib/states.js"
import { hex, nf } from "../lib/format.js"

class InspectPair extends Piece {
  static on = []
  setup() { this.pair = JSON.parse(this.dataset.pair) }
  draw() {
    const W = this.clientWidth
    if (W) this.innerHTML = svg(W, 75, pages(this.pair, W) + joined(this.pair, W), label(this.pair))
  }
}

const label = ({ kinds, tags, tagged }) =>
  `${kinds.length} pages over ${tags.length} tag ${tags.length > 1 ? "pages" : "page"}, ${sum(tagged)} of them tagged`
const sum = list => list.reduce((a, b) => a + b, 0)
const isBad = tags => run.rules.tags && tags.some(v => v & PINNED)

function pages({ self, first, kinds }, W) {
  const c = W / kinds.length
  return kinds.map((v, k) => {
    const s = STATES[v & 0x7f], x = k * c, edge = s.edge ? `stroke="var(--free-edge)" stroke-width=".7"` : ""
    const written = `<text x="${x + c / 2}" y="17" class="m letter ink-${s.ink}">${s.letter}</text>`
    const letter = c > 8 && s.letter ? written : ""
    const pin = v & PINNED ? `<circle cx="${x + c - 3}" cy="6" r="2" fill="var(--pin)"/>` : ""
    return `<rect x="${x + .3}" y="3" width="${c - 1}" height="20" fill="var(--${s.data})" ${edge}/>${letter}${pin}
      ${first + k === self ? `<rect x="${x - .5}" y="1.5" width="${c + .6}" height="23" class="self"/>` : ""}`
  }).join("")
}

function joined({ tag, tags, tagged }, W) {
  const bad = isBad(tags), w = W * .5, x0 = W * .25, kind = tags[0] & 0x7f, pages = 32 * tags.length
  const lines = `<path d="M0 27.5H${W}M0 27.5L${x0} 42M${W} 27.5L${x0 + w} 42" class="${bad ? "broken" : "joint"}"/>`
  const each = w / tags.length, gap = i => i + 1 < tags.length ? 3 : 0
  const cells = tags.map((v, i) => cell(v & 0x7f, tagged[i], x0 + i * each, each - gap(i), bad))
  const ink = inkOn(kind, sum(tagged) / pages)
  const words = tagWords(kind, sum(tagged), pages) + (bad ? ", pinned" : "")
  return `${lines}${cells.join("")}<text x="${W / 2}" y="61" class="m b ink-${ink}">${words}</text>
    <text x="0" y="61" class="s">${tags.length > 1 ? `${tags.length} tag pages` : "1 tag page"}</text>
    <text x="${W}" y="61" class="s e mono">${hex(tag)}</text>`
}

const tagWords = (kind, tagged, of) => kind === TAGS ? `${tagged} of ${of}` : kind === FREE ? "free"
  : `holds ${kind === ANON ? "anon" : STATES[kind].name} data`
const inkOn = (kind, share) => kind === TAGS ? (share > .45 ? "tags-ink" : "slack-ink") : kind === FREE ? "ink"
  : kind === ANON ? "lent-ink" : STATES[kind].ink
const fillOf = kind => {
  const { data, lent } = STATES[kind]
  return !run.rules.tags ? data : kind === TAGS ? "slack" : lent ?? data
}

function cell(kind, tagged, x, w, bad, y = 42, h = 30) {
  const n = kind === TAGS ? tagged / 32 : 0
  const full = n ? `<rect x="${x}" y="${y}" width="${w * n}" height="${h}" fill="var(--tags)"/>` : ""
  return `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="var(--${fillOf(kind)})"/>${full}
    <rect x="${x}" y="${y}" width="${w}" height="${h}" class="${bad ? "broken" : "framed"}"/>`
}

class InspectBlock extends Piece {
  static on = []
  setup() { this.block = JSON.parse(this.dataset.block) }
  draw() {
    const W = this.clientWidth, { counts, tags, tagged } = this.block, all = sum(counts) || 1
    if (!W) return
    let x = 0
    const poured = POUR.filter(kind => counts[kind]).map(kind => {
      const w = W * counts[kind] / all, edge = STATES[kind].edge ? `stroke="var(--free-edge)" stroke-width=".7"` : ""
      x += w
      const colour = `var(--${STATES[kind].data})`
      return `<rect x="${x - w}" y="1" width="${Math.max(0, w - .8)}" height="18" fill="${colour}" ${edge}/>`
    })
    const c = W / Math.max(1, tags.length), cells = tags.map((v, i) => upright(v, tagged[i], i * c, c - 2))
    const said = counts.map((n, k) => n && `${nf(n)} ${STATES[k].name}`).filter(Boolean)
    const words = `${said.join(", ")}; ${tags.length} tag pages`
    this.innerHTML = svg(W, tags.length ? 68 : 22, poured.join("") + cells.join(""), words)
  }
}

// a tag page as it stands in the strip: filled from below
function upright(v, tagged, x, w) {
  const kind = v & 0x7f, h = kind === TAGS ? 34 * tagged / 32 : 0
  return `<rect x="${x}" y="30" width="${w}" height="34" fill="var(--${fillOf(kind)})"/>
    <rect x="${x}" y="${64 - h}" width="${w}" height="${h}" fill="var(--tags)"/>
    <rect x="${x}" y="30" width="${w}" height="34" class="${isBad([v]) ? "broken" : "thin"}"/>`
}

class InspectSpread extends Piece {
  static on = []
  setup() { this.spread = JSON.parse(this.dataset.spread) }
  draw() {
    const W = this.clientWidth, { bins, plates } = this.spread, c = W / bins.length
    const most = Math.max(1, ...bins.map(([n]) => n))
    if (!W) return
    const bar = (n, i, colour) => `<rect x="${i * c}" y="${50 - n / most * 46}" width="${Math.max(.5, c - 1)}"
      height="${n / most * 46}" fill="var(--${colour})"/>`
    const bars = bins.map(([n, tagged], i) => bar(n, i, "anon") + bar(tagged, i, "tagged"))
    const names = plates.map(p => `<text x="${p.bin * c}" y="65" class="s q">${p.zone}</text>`)
    const line = `<path d="M0 50.5H${W}" stroke="var(--ink)"/>`
    this.innerHTML = svg(W, 70, bars.join("") + line + names.join(""), "Where its pages lie, its tagged ones in front")
  }
}
define("inspect-pair", InspectPair)
define("inspect-block", InspectBlock)
define("inspect-spread", InspectSpread)
