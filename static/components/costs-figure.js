// <costs-figure>: what requests have cost, one row a path: median, whisker to the 90th and 99th of a hundred.
import { Piece, define, px, svg } from "./piece.js"
import { run } from "../page-run.js"
import { axisOf, place, ticks } from "../lib/costs.js"
import { duration } from "../lib/format.js"

const RIGHT = 58 // px for the number

class CostsFigure extends Piece {
  draw() {
    const { words, rows } = run.frame.costs, said = this.$("[data-words]")
    if (this.said !== words) said.innerHTML = this.said = words
    this.$("[data-picture]").innerHTML = picture(this.width, rows)
  }
}

function picture(W, rows) {
  const high = W > 350 ? 16 : 15, left = px("t-note") * 11.5, axis = axisOf(rows), foot = rows.length * high
  const x = ns => left + place(ns, axis) * (W - left - RIGHT)
  const lines = ticks(axis, W - left - RIGHT).map(({ ns, name }) => `<path d="M${x(ns)} 1V${foot + 3}" stroke="var(--rule)"/>
    <text x="${x(ns)}" y="${foot + 16}" class="s m q">${name}</text>`)
  const body = rows.map((row, i) => row.count ? path(row, x, W, (i + .5) * high) : none(row, W, (i + .5) * high))
  return svg(W, foot + 20, `${lines.join("")}${body.join("")}<text x="0" y="${foot + 16}" class="s q">median, p90, p99</text>`,
    label(rows))
}

const none = (row, W, y) => `<g data-none><text x="0" y="${y + 4}" class="s q">${row.label}</text>
  <text x="${W}" y="${y + 4}" class="s e q">none yet</text></g>`

function path(row, x, W, y) {
  const bad = row.path === "refused", tone = bad ? "fail" : row.label.startsWith("tagged") ? "tagged-text" : "ink-3"
  const at = x(row.p50), ink = `stroke="var(--${tone})"`
  const dot = bad ? `<path class="refused" d="M${at - 4} ${y - 4}l8 8m0-8l-8 8"/>` : `<circle cx="${at}" cy="${y}" r="4.2" fill="var(--${tone})"/>`
  return `<g data-path="${row.path}"><text x="0" y="${y + 4}" class="s ink-ink">${row.label}</text>
    <path d="M${at} ${y}H${x(row.p99)}" ${ink} stroke-width="2"/>${dot}
    <path d="M${x(row.p90)} ${y - 3.5}v7M${x(row.p99)} ${y - 3.5}v7" ${ink} stroke-width="1.5"/>
    <text x="${W}" y="${y + 4}" class="s e b ink-ink">${duration(row.p50)}</text></g>`
}

const label = rows => "Cost of an allocation: " + rows.map(row => row.count
  ? `${row.label} ${duration(row.p50)}, 99% up to ${duration(row.p99)}` : `${row.label} none yet`).join("; ")
define("costs-figure", CostsFigure)
