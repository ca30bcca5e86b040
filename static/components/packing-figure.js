// <packing-figure>: reserved tag pages by how many tagged pages they serve, and where that lies between the two bounds.
import { Piece, define, svg, token } from "./piece.js"
import { axis, plot } from "./plot.js"
import { run } from "../run.js"
import { bounds, mean, sentence } from "../lib/bounds.js"
import { size } from "../lib/format.js"

class PackingFigure extends Piece {
  draw() {
    const off = run.policy === "off"
    this.$("[data-chart]").hidden = off
    this.$("[data-words]").innerHTML = off ? "MTE is off: no page needs tags."
      : sentence(run.frame.packing, run.ledger)
    this.$("[data-bounds]").innerHTML = off || !run.ledger.tags ? "" : this.range()
    if (!off) plot(this.$("[data-chart]"), figure)
  }

  // the three counts on one line: perfectly packed, now, scattered at random; now: the tag pages that hold tags, which
  // `static` keeps with all the others
  range() {
    const W = this.clientWidth, v = run.ledger, { ideal, random } = bounds(v.tagged, v.total * 32, v.total)
    const now = run.frame.packing.slice(1).reduce((sum, n) => sum + n, 0), said = `${v.all ? "used" : "kept"} ${size(now)}`
    const best = size(Math.ceil(ideal)), worst = size(Math.ceil(random)), most = Math.max(now, random, 1)
    const over = now > random // worse than at random: its words change places
    const x = pages => pages / most * (W - 10) + 5
    return svg(W, 30, `<path d="M${x(ideal)} 8H${x(random)}" stroke="var(--rule-2)" stroke-width="3"/>
      <path d="M${x(ideal)} 3v10M${x(random)} 3v10" stroke="var(--ink)" stroke-width="1.5"/>
      <circle cx="${x(now)}" cy="8" r="4.5" fill="var(--tags)"/>
      <text x="0" y="27" class="s">ideal ${best}</text>
      <text x="${over ? W : W / 2}" y="27" class="s b ${over ? "e" : "m"}">${said}</text>
      <text x="${over ? Math.max(W / 2, Math.min(x(random), W * .72)) : W}" y="27" class="s e">random ${worst}</text>`,
    `Tag storage ${said}, ${best} if perfectly packed, ${worst} if placed at random`)
  }
}

function figure() {
  const { packing } = run.frame, at = mean(packing), served = [...packing.keys()].slice(1)
  return {
    data: [{
      type: "bar", x: served, y: packing.slice(1), marker: { color: token("tags") },
      hovertemplate: "%{y} tag pages serve<br>%{x} tagged pages<extra></extra>",
    }],
    layout: {
      margin: { l: 0, r: 0, t: 4, b: 18 }, bargap: .12,
      xaxis: axis({ range: [.3, 32.7], tickvals: [1, 8, 16, 24, 32], showgrid: false }),
      yaxis: axis({ visible: false, rangemode: "tozero" }),
      shapes: at ? [line(at)] : [],
      annotations: at ? [words(at)] : [],
    },
  }
}

const line = x => ({
  type: "line", x0: x, x1: x, y0: 0, y1: 1, yref: "paper", line: { color: token("ink"), width: 1.5 },
})
const words = x => ({
  x, y: 1.06, yref: "paper", yanchor: "top", xanchor: x > 20 ? "right" : "left", xshift: x > 20 ? -4 : 4,
  showarrow: false, text: `<b>mean ${x.toFixed(1)}</b>`, font: { color: token("ink") },
})
define("packing-figure", PackingFigure)
