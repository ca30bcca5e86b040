// <packing-figure>: reserved tag pages by how many tagged pages they serve, and where that lies between the two bounds.
import { Piece, define, svg, token } from "./piece.js"
import { axis, plot } from "./plot.js"
import { run } from "../run.js"
import { bounds, mean } from "../lib/bounds.js"
import { mib, nf } from "../lib/format.js"

class PackingFigure extends Piece {
  draw() {
    const off = run.policy === "off"
    this.$("[data-chart]").hidden = off
    this.$("[data-words]").innerHTML = off ? "MTE is off: no page needs tags." : words()
    this.$("[data-bounds]").innerHTML = off || !run.ledger.tags ? "" : this.range()
    if (!off) plot(this.$("[data-chart]"), figure)
  }

  range() {
    const W = this.clientWidth, v = run.ledger, { ideal, random } = limits(v), max = Math.max(v.tags, random, 1)
    const x = pages => pages / max * (W - 8) + 4
    return svg(W, 30, `<path d="M${x(ideal)} 8H${x(random)}" stroke="var(--rule-2)" stroke-width="3"/>
      <path d="M${x(ideal)} 3v10M${x(random)} 3v10" stroke="var(--ink)" stroke-width="1.5"/>
      <circle cx="${x(v.tags)}" cy="8" r="4.5" fill="var(--tags)"/>
      <text x="0" y="27" class="s">packed ${mib(ideal)}</text>
      <text x="${W / 2}" y="27" class="s m b">now ${mib(v.tags)} MiB</text>
      <text x="${W}" y="27" class="s e">scattered ${mib(random)}</text>`,
    `Tag storage kept: ${mib(v.tags)} MiB, between ${mib(ideal)} if perfectly packed and ${mib(random)} if scattered`)
  }
}

function limits(v) {
  const served = run.plates.plates.filter(p => p.served).reduce((n, p) => n + p.data_pages, 0)
  return bounds(v.tagged, served, v.total)
}

function words() {
  const v = run.ledger
  if (!v.tags) return "No tag page is reserved."
  return `A reserved tag page serves <b>${v.mean.toFixed(1)} tagged pages</b> of 32; <b>${nf(run.frame.packing[32])}</b>
    ${run.frame.packing[32] === 1 ? "is" : "are"} full.`
}

function figure() {
  const { packing } = run.frame, n = packing.map((_, k) => k), at = mean(packing)
  return {
    data: [{ type: "bar", x: n, y: packing, marker: { color: token("tags") }, hovertemplate:
      "%{y} tag pages serve<br>%{x} tagged pages<extra></extra>" }],
    layout: {
      margin: { l: 0, r: 0, t: 4, b: 18 }, bargap: .12,
      xaxis: axis({ range: [-.7, 32.7], tickvals: [0, 1, 8, 16, 24, 32], showgrid: false }),
      yaxis: axis({ visible: false, rangemode: "tozero" }),
      shapes: at ? [{ type: "line", x0: at, x1: at, y0: 0, y1: 1, yref: "paper", line: { color: token("ink"), width: 1.5 } }] : [],
      annotations: at ? [{ x: at, y: 1, yref: "paper", yanchor: "top", xanchor: at > 20 ? "right" : "left", showarrow: false,
        text: `<b>mean ${at.toFixed(1)}</b>`, font: { color: token("ink") } }] : [],
    },
  }
}
define("packing-figure", PackingFigure)
