// <closed-figure>: how much of the free memory an unmovable or tagged request may have.
import { Piece, define, px, svg } from "./piece.js"
import { run } from "../run.js"
import { mib } from "../lib/format.js"

class ClosedFigure extends Piece {
  draw() {
    const zones = run.frame.zones, sum = key => zones.reduce((total, zone) => total + zone[key], 0)
    const free = sum("free"), closed = run.policy === "off" ? 0 : sum("free_metadata"), open = free - closed
    this.$("[data-words]").innerHTML = words(open, free)
    const W = this.width, body = picture(W, open, closed, sum("min"))
    this.$("[data-picture]").innerHTML = svg(W, 23, body, "Free memory, open and closed")
  }
}

function words(open, free) {
  const { slack } = run.ledger
  if (run.policy === "off") return `No: any request may have all <b>${mib(free)} MiB</b>.`
  if (run.policy === "static") {
    return `Kept tag storage is closed to everyone: <b>${mib(slack)} MiB</b> of it hold nothing.`
  }
  return `Free tag storage is closed to unmovable and tagged requests: they see
    <b>${mib(open)} of ${mib(free)} MiB</b>.`
}

function picture(W, open, closed, min) {
  const H = 14, y = 3, left = px("t-note") * 4, x = pages => pages / ((open + closed) || 1) * (W - left)
  const shut = closed ? `<rect x="${left + x(open) + .75}" y="${y + .75}" width="${Math.max(0, x(closed) - 1.5)}"
    height="${H - 1.5}" fill="url(#ledger-slack)" stroke="var(--ink)" stroke-width="1.2"/>` : ""
  const word = x(closed) > 60 ? `<text x="${W - 5}" y="${y + H - 3}" class="s e halo ink-ink">closed</text>` : ""
  const at = left + Math.min(x(min), W - left), end = at > W - 100 || closed > 0 && at + 100 > left + x(open)
  return `<text x="0" y="${y + H - 3}" class="s">now</text>
    <rect x="${left}" y="${y}" width="${x(open)}" height="${H}" fill="var(--anon)"/>${shut}${word}
    <path d="M${at} ${y - 2}v${H + 4}" stroke="var(--ink)" stroke-width="2"/>
    <text x="${at + (end ? -5 : 5)}" y="${y + H - 3}" class="s halo-anon ink-on-data ${end ? "e" : ""}">
      min watermark</text>`
}
define("closed-figure", ClosedFigure)
