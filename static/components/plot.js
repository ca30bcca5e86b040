// Plotly, loaded once when the first chart comes into view, and a queue that redraws at most one chart in 100 ms, in turn.
// On a slow device that would be most of its time, so charts get a small share of it and no more.
import { token, px } from "./piece.js"

const TURN = 100 // ms between two charts
const SHARE = 1 / 50 // of the time; laying out and painting cost as much again
const waiting = new Map() // element -> () => figure
let loaded, timer

// Draw this figure soon: {data, layout}. Asked again before its turn, the newest figure counts.
export function plot(element, figure) {
  waiting.set(element, figure)
  timer ??= setTimeout(turn, 0)
}

async function turn() {
  const [element, figure] = waiting.entries().next().value
  waiting.delete(element)
  await (loaded ??= load())
  const from = performance.now()
  if (element.isConnected) {
    const { data, layout } = figure()
    await Plotly.react(element, data, { ...look(element), ...layout }, CONFIG)
  }
  timer = setTimeout(next, Math.max(TURN, (performance.now() - from) / SHARE))
}

function next() {
  timer = undefined
  if (waiting.size) turn()
}

const CONFIG = { displayModeBar: false, responsive: false, staticPlot: false, doubleClick: "reset" }

function load() {
  const source = document.querySelector("[data-plotly]").dataset.plotly
  return new Promise((done, failed) => {
    const script = document.createElement("script")
    document.head.append(Object.assign(script, { src: source, onload: done, onerror: failed }))
  })
}

// the tokens of the theme, as Plotly wants them
function look(element) {
  const font = { family: token("sans"), size: px("t-note"), color: token("ink-2") }
  return {
    font, width: element.clientWidth, height: element.clientHeight, paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, dragmode: false,
    hoverlabel: { bgcolor: token("ink"), bordercolor: token("ink"), font: { ...font, color: token("paper") } },
  }
}

export const axis = more => ({
  fixedrange: true, gridcolor: token("rule"), linecolor: token("ink"), tickcolor: token("rule-2"), zeroline: false,
  automargin: false, ...more,
})
