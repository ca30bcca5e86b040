// <panel-tools>: the picture of a panel as PNG or SVG, the table beside it as CSV. Made here, nothing is sent.
import { Listener } from "./listener.js"
import { define, token } from "./piece.js"
import { run } from "../page-run.js"
import { csvOf, nameOf } from "../lib/files.js"
import { pngOf, standalone } from "./pictures.js"

class PanelTools extends Listener {
  setup() {
    this.on(this, "click", e => {
      const button = e.target.closest("[data-save]")
      if (button) this.save(button.dataset.save)
    })
  }

  async save(type) {
    const made = await (type === "csv" ? this.csv() : this.picture(type))
    if (made) download(made, nameOf(this.dataset.name, run.frame.op, type))
  }

  csv() {
    const rows = [...this.parentElement.querySelectorAll("table tr")]
    return new Blob([csvOf(rows.map(row => [...row.cells].map(cell => cell.textContent)))],
      { type: "text/csv;charset=utf-8" })
  }

  picture(type) {
    const holder = document.querySelector(this.dataset.picture)
    return holder && pictureOf(holder, type)
  }
}

async function pictureOf(holder, type) {
  const chart = holder.querySelector(".js-plotly-plot") ?? holder.closest(".js-plotly-plot")
  if (chart) return fromPlotly(chart, type)
  const [under, over] = holder.querySelectorAll("canvas")
  if (under) return flat([under, over])
  const svg = await standalone(holder.querySelector("svg"))
  return type === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : pngOf(svg)
}

async function fromPlotly(chart, format) {
  const size = { width: Math.max(chart.clientWidth, 600), height: Math.max(chart.clientHeight, 240) }
  const paper = { ...chart.layout, paper_bgcolor: token("paper") }
  const url = await Plotly.toImage({ data: chart.data, layout: paper }, { format, scale: format === "png" ? 2 : 1, ...size })
  return format === "svg" ? new Blob([decodeURIComponent(url.slice(url.indexOf(",") + 1))], { type: "image/svg+xml" })
    : blobOf(url)
}

const blobOf = url => new Blob([Uint8Array.from(atob(url.slice(url.indexOf(",") + 1)), c => c.charCodeAt(0))],
  { type: "image/png" })

// canvases that lie on each other, on the paper of the theme
function flat(canvases) {
  const sheet = document.createElement("canvas"), context = sheet.getContext("2d")
  Object.assign(sheet, { width: canvases[0].width, height: canvases[0].height })
  context.fillStyle = token("paper")
  context.fillRect(0, 0, sheet.width, sheet.height)
  for (const canvas of canvases) if (canvas) context.drawImage(canvas, 0, 0)
  return new Promise(done => sheet.toBlob(done, "image/png"))
}

function download(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
define("panel-tools", PanelTools)
