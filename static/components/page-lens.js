// <page-lens>: one pageblock, page by page; it follows the pointer on the map. A row is 32 data pages, the box at its
// end the tag page that holds their tags. The pages come from the server, at the level of pages.
import { Piece, define } from "./piece.js"
import { run } from "../page-run.js"
import { paintLens } from "./paint-lens.js"
import { BLOCK, GRAN } from "../lib/plates.js"
import { hex } from "../lib/format.js"
import { mixed } from "../lib/mixed.js"

const EVERY = 400 // ms between two requests while the run plays

class PageLens extends Piece {
  setup() {
    this.hear("hover", pfn => this.follow(pfn))
    this.hear("select", ({ pfn, block }) => this.follow(pfn ?? block))
    this.heldFor = ""
    this.held = /** @type {any} */ (null)
    this.canvas = document.createElement("canvas")
    this.canvas.setAttribute("role", "img")
    this.canvas.setAttribute("aria-label", "Pages of one pageblock and their tag pages")
    this.$("[data-picture]").append(this.canvas)
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
    if (!this.width) return
    this.$("[data-pfn]").textContent = hex(this.held.first)
    paintLens(this.canvas, this.width, this.held)
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
define("page-lens", PageLens)
