// <closed-figure>: how much of the free memory an unmovable or tagged request may have.
import { Piece, define, px, svg } from "./piece.js"
import { run } from "../page-run.js"
import { mib, size } from "../lib/format.js"

const ROW = 20 // px
const HATCH = `<defs><pattern id="closed" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
  <rect width="7" height="7" fill="var(--slack)"/><rect width="1.9" height="7" fill="var(--slack-2)"/></pattern></defs>`

class ClosedFigure extends Piece {
  draw() {
    const zones = run.frame.zones, sum = key => zones.reduce((total, zone) => total + zone[key], 0)
    const free = sum("free"), closed = !run.rules.tags ? 0 : sum("free_metadata"), open = free - closed
    this.$("[data-words]").innerHTML = words(open, free)
    const W = this.width, { oom } = run.frame
    const rows = /** @type {[string, number, number][]} */ ([["now", open, closed]])
    if (oom) rows.push(["at OOM", oom.free - oom.closed, oom.closed])
    const most = Math.max(1, ...rows.map(([, a, b]) => a + b))
    const body = HATCH + rows.map((row, i) => picture(W, row, most, sum("min"), 3 + i * ROW)).join("")
    this.$("[data-picture]").innerHTML = svg(W, rows.length * ROW + 3, body, labelOf(rows))
  }
}

function words(open, free) {
  const { slack } = run.ledger
  if (!run.rules.tags) return `No: any request may have all <b>${mib(free)} MiB</b>.${last()}`
  if (run.rules.kept) {
    return `Kept tag storage is closed to everyone: <b>${mib(slack)} MiB</b> of it hold nothing.${last()}`
  }
  return `Free tag storage is closed to unmovable and tagged requests: they see
    <b>${mib(open)} of ${mib(free)} MiB</b>.${last()}`
}

function last() {
  const { oom } = run.frame
  if (!oom) return ""
  const closed = oom.closed ? `, ${size(oom.closed)} of it closed` : ""
  return ` At the last OOM <b class="k-fail">${size(oom.free)} were free${closed}</b>. ${oom.why}`
}

const labelOf = rows => "Free memory: " +
  rows.map(([when, open, closed]) => `${when} ${size(open + closed)}, ${size(closed)} of it closed`).join("; ")

// one bar on the scale of both: open, then closed; the watermark is that of all zones
function picture(W, [when, open, closed], most, min, y) {
  const H = 14, left = px("t-note") * 4, x = pages => pages / most * (W - left)
  const shut = closed ? `<rect x="${left + x(open) + .75}" y="${y + .75}" width="${Math.max(0, x(closed) - 1.5)}"
    height="${H - 1.5}" fill="url(#closed)" stroke="var(--ink)" stroke-width="1.2"/>` : ""
  const word = x(closed) > 60 ? `<text x="${left + x(open + closed) - 5}" y="${y + H - 3}" class="s e halo ink-ink">closed</text>` : ""
  const at = left + Math.min(x(min), W - left), end = at > W - 100 || closed > 0 && at + 100 > left + x(open)
  return `<text x="0" y="${y + H - 3}" class="s">${when}</text>
    <rect x="${left}" y="${y}" width="${x(open)}" height="${H}" fill="var(--anon)"/>${shut}${word}
    <path d="M${at} ${y - 2}v${H + 4}" stroke="var(--ink)" stroke-width="2"/>
    ${y > ROW ? "" : `<text x="${at + (end ? -5 : 5)}" y="${y + H - 3}" class="s halo-anon ink-on-data ${end ? "e" : ""}">
      min watermark</text>`}`
}
define("closed-figure", ClosedFigure)
