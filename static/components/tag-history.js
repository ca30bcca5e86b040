// <tag-history>: the carve-out through time, stacked: kept, lent anon, lent file, free. In MiB.
import { Piece, define, token } from "./piece.js"
import { axis, plot } from "./plot.js"
import { run } from "../page-run.js"
import { mib, nf } from "../lib/format.js"

const AREAS = [
  ["tags", "kept for tags", "tags", ""], ["lent_anon", "lent, anon", "lent", ""],
  ["lent_file", "lent, file", "lent-2", "/"], ["free_metadata", "free", "free", ""],
]

class TagHistory extends Piece {
  static on = ["series", "theme"]

  draw() {
    this.$("[data-legend]").hidden = false
    plot(this.$("[data-chart]"), figure)
    this.table()
  }

  // the table beside the chart: nine samples
  table() {
    const body = document.querySelector("[data-samples] tbody"), s = run.series, last = s.op.length - 1
    if (!body || last < 0) return
    const step = Math.max(1, Math.floor(last / 8)), rows = []
    for (let i = 0; i <= last; i += step) rows.push(row(s, i))
    body.innerHTML = rows.join("")
  }
}

const row = (s, i) => `<tr><th scope="row">${nf(s.op[i])}</th>
  ${AREAS.map(([key]) => `<td class="r">${mib(s[key][i])}</td>`).join("")}<td class="r">${nf(s.refused[i])}</td></tr>`

function figure() {
  const s = run.series, edge = token("free-edge")
  const data = AREAS.map(([key, name, colour, shape]) => ({
    type: "scatter", mode: "lines", stackgroup: "carve-out", name, x: s.op, y: s[key].map(pages => pages / 256),
    line: { width: key === "free_metadata" ? 1 : 0, color: edge },
    fillcolor: token(colour), fillpattern: { shape, fgcolor: token("lent-3"), bgcolor: token(colour), size: 8 },
    hovertemplate: `%{y:.1f} MiB ${name}<extra></extra>`,
  }))
  return {
    data,
    layout: {
      margin: { l: 48, r: 8, t: 6, b: 46 }, hovermode: "x unified", shapes: marks(s),
      xaxis: axis({ title: { text: "op", standoff: 16 }, tickformat: ",d", rangemode: "tozero", showgrid: false }),
      yaxis: axis({ title: { text: "MiB" }, rangemode: "tozero", range: [0, run.ledger.total / 256] }),
    },
  }
}

// refusals and OOMs as crimson lines, the 40 newest
const marks = s => s.marks.filter(mark => mark.bad).slice(-40).map(({ op, kind }) => ({
  type: "line", x0: op, x1: op, y0: 0, y1: 1, yref: "paper",
  line: { color: token("fail"), width: kind === "oom" ? 2 : 1, dash: kind === "oom" ? "solid" : "dot" },
}))
define("tag-history", TagHistory)
