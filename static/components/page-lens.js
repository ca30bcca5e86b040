// <page-lens>: one pageblock, page by page; it follows the pointer on the map. A row is 32 data pages, the box at its
// end the tag page that holds their tags. The pages come from the server, at the level of pages.
import { Piece, define, svg } from "./piece.js"
import { run } from "../run.js"
import { STATES, FREE, TAGS, TAGGED, PINNED } from "../lib/states.js"
import { BLOCK, GRAN, PER_BLOCK } from "../lib/plates.js"
import { hex } from "../lib/format.js"
import { mixed } from "../lib/mixed.js"

const EVERY = 400 // ms between two requests while the run plays

class PageLens extends Piece {
  setup() {
    this.hear("hover", pfn => this.follow(pfn))
    this.hear("select", ({ pfn, block }) => this.follow(pfn ?? block))
    this.heldFor = ""
    this.held = /** @type {any} */ (null)
  }
  disconnectedCallback() {
    clearTimeout(this.waiting)
    super.disconnectedCallback()
  }

  // a page the pointer left stays in the lens
  follow(pfn) {
    if (pfn === null) return
    const first = blockOf(pfn)
    if (first === this.first) return
    this.first = first
    this.redraw()
  }

  draw() {
    this.first ??= interesting()
    const wanted = `${this.first} ${run.frame.op}`
    if (this.heldFor === wanted) this.paint()
    else this.waiting ??= setTimeout(() => this.load(), this.heldFor ? EVERY : 0)
  }

  async load() {
    const { first } = this, op = run.frame.op, plate = run.plates.plateOf(first)
    const rows = Math.ceil(Math.min(BLOCK, plate.end - first) / GRAN), tags = run.plates.across(first)
    const [data, tag] = await Promise.all([
      pages(first, Math.min(first + BLOCK, plate.end)), tags === null ? null : pages(tags, tags + rows),
    ]).catch(() => [null, null])
    this.waiting = undefined
    if (!data) return
    Object.assign(this, { heldFor: `${first} ${op}`, held: { first, data, tag, rows } })
    this.paint()
    if (this.first !== first || run.frame.op !== op) this.redraw()
  }

  paint() {
    const { first, data, tag, rows } = this.held, W = this.width
    if (!W) return
    const c = (W - 40) / 33, h = Math.max(8, Math.min(c, 11)), g = { W, c, h, x: 32 * c + 12, w: W - 32 * c - 13 }
    let body = ""
    for (let r = 0; r < rows; r++) body += row(g, r, data.subarray(r * GRAN, r * GRAN + GRAN), tag?.[r])
    this.$("[data-pfn]").textContent = hex(first)
    const label = "Pages of one pageblock and their tag pages"
    this.$("[data-picture]").innerHTML = svg(W, PER_BLOCK * (h + 1) + 4, body, label)
  }
}

const blockOf = pfn => {
  const p = run.plates.plateOf(pfn), data = run.plates.firstData(run.plates.row(pfn))
  return p.data_start + Math.floor((data - p.data_start) / BLOCK) * BLOCK
}

// where to begin: the page refused, else a pageblock in which there is something to see
function interesting() {
  const refused = run.frame.refused
  return refused && run.plates.plateOf(refused.pfn) ? blockOf(refused.pfn) : mixed(run)
}

async function pages(start, end) {
  const answer = await fetch(`/runs/${run.meta.id}/map?level=page&start=${start}&end=${end}`)
  if (!answer.ok) throw new Error(`map: ${answer.status}`)
  return new Uint8Array(await answer.arrayBuffer(), 0, end - start)
}

function row(g, r, data, tag) {
  const y = r * (g.h + 1) + 2
  let out = ""
  data.forEach((v, k) => { out += page(g, k, y, v) })
  if (tag === undefined) return out
  return out + tagPage(g, y, tag, data.filter(v => (v & 0x7f) === TAGGED).length)
}

function page({ c, h }, k, y, v) {
  const s = STATES[v & 0x7f], x = k * c, letter = s.letter && c >= 8
  return `<rect x="${x}" y="${y}" width="${c - .8}" height="${h}" fill="var(--${s.data})"/>
    ${letter ? `<text x="${x + c / 2}" y="${y + h - 2.2}" class="m letter ink-${s.ink}">${s.letter}</text>` : ""}
    ${v & PINNED ? `<circle cx="${x + c - 2.5}" cy="${y + 2.5}" r="2" fill="var(--pin)"/>` : ""}`
}

function tagPage({ c, h, x, w }, y, v, tagged) {
  const kind = v & 0x7f, bad = v & PINNED && run.policy !== "off", edge = kind === FREE ? "var(--free-edge)" : "none"
  const cell = (width, colour, more = "") =>
    `<rect x="${x}" y="${y}" width="${width}" height="${h}" fill="var(--${colour})" ${more}/>`
  return `<path d="M${GRAN * c} ${y + h / 2}H${x}" stroke="var(--ink)" stroke-width="${bad ? 2 : .8}"/>
    ${cell(w, colourOf(kind), `stroke="${edge}" stroke-width=".8"`)}
    ${kind === TAGS ? cell(w * tagged / GRAN, "tags") : ""}${bad ? pinned({ c, h, x, w }, y) : ""}`
}

// none of the row can be tagged: both outlines broken, and the pin
function pinned({ c, h, x, w }, y) {
  const box = (X, W) => `<rect x="${X}" y="${y - 1.5}" width="${W}" height="${h + 3}" class="broken"/>`
  const pin = `<circle cx="${x + w / 2}" cy="${y + h / 2}" r="2.8" fill="var(--pin)"/>`
  return box(-1, GRAN * c + 1) + box(x - 1, w + 2) + pin
}

function colourOf(kind) {
  if (run.policy === "off") return STATES[kind].data
  return kind === TAGS ? "slack" : STATES[kind].lent ?? STATES[kind].data
}
define("page-lens", PageLens)
