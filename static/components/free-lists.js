// <free-lists>: order by migratetype by zone. Height is memory, the number counts blocks.
import { Piece, define, svg } from "./piece.js"
import { run } from "../page-run.js"
import { mib, nf } from "../lib/format.js"

const ALWAYS = ["Unmovable", "Movable", "Reclaimable", "Metadata"]
const RARE = ["HighAtomic", "CMA", "Isolate"]
const BAR = 36, ALONE = 110, WORDS = 22 // px: the tallest bar beside other panels and on a page of its own; the words

class FreeLists extends Piece {
  draw() {
    const { zones } = run.frame, W = this.width, narrow = W < 600, used = t => zones.some(z => some(z, t))
    const types = [...ALWAYS, ...RARE.filter(used)]
    const most = Math.max(1, ...zones.flatMap(zone => types.flatMap(type => memory(zone, type))))
    const across = narrow ? 1 : zones.length, width = (W - 40 * (across - 1)) / across
    const high = this.closest(".alone") && !narrow ? ALONE : BAR, tall = (high + WORDS) * types.length + 30
    const body = zones.map((zone, i) => {
      const g = { x: narrow ? 0 : i * (width + 40), y: narrow ? i * (tall + 16) : 0, width, narrow, most, high }
      return zoneHead(zone, g) + types.map((type, row) => list(zone, type, row, g)).join("")
    })
    const H = narrow ? (tall + 16) * zones.length : tall
    this.innerHTML = svg(W, H, body.join(""), "Free blocks by zone, migratetype and order")
  }
}

const some = (zone, type) => zone.free_lists[type]?.some(Boolean)
const memory = (zone, type) => (zone.free_lists[type] ?? []).map((blocks, order) => blocks << order)
const left = g => g.narrow ? 84 : 100
const cell = g => (g.width - left(g)) / 11

function zoneHead(zone, g) {
  const orders = Array.from({ length: 11 }, (_, k) =>
    `<text x="${g.x + left(g) + (k + .5) * cell(g)}" y="${g.y + 14}" class="s m q">${k}</text>`)
  return `<text x="${g.x}" y="${g.y + 14}" class="b">${zone.name}, order</text>${orders.join("")}`
}

function list(zone, type, row, g) {
  const y = g.y + g.high - 12 + row * (g.high + WORDS), meta = type === "Metadata", pages = memory(zone, type)
  const total = pages.reduce((sum, n) => sum + n, 0)
  return `<path d="M${g.x} ${y + 40.5}H${g.x + g.width}" stroke="var(--rule-2)"/>
    <text x="${g.x}" y="${y + 38}" class="${meta ? "b ink-lent-text" : ""}">${type}</text>
    <text x="${g.x}" y="${y + 54}" class="s q">${mib(total)} MiB</text>
    ${pages.map((n, order) => bar(g, y, order, n, zone.free_lists[type][order], meta)).join("")}`
}

function bar(g, y, order, pages, blocks, meta) {
  const w = cell(g), x = g.x + left(g) + order * w, h = pages ? Math.max(1, pages / g.most * g.high) : 0
  const look = `${g.narrow ? "tiny" : "s"} ${blocks ? "ink-ink" : "q"}`
  return `<rect x="${x + 3}" y="${y + 40 - h}" width="${w - 6}" height="${h}" fill="var(--${meta ? "lent" : "ink-3"})"/>
    <text x="${x + w / 2}" y="${y + 54}" class="m ${look}">${blocks ? nf(blocks) : "·"}</text>`
}
define("free-lists", FreeLists)
