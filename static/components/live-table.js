// <live-table>: the table beside a picture that the stream draws. Its numbers follow the frame while it is open.
import { define } from "./piece.js"
import { run } from "../run.js"
import { calm } from "../lib/calm.js"
import { nf } from "../lib/format.js"

const EVERY = 500 // ms: nobody reads a table faster

class LiveTable extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController()
    const signal = this.gone.signal
    this.details = this.querySelector("details")
    this.details.addEventListener("toggle", () => this.fill(), { signal })
    document.addEventListener("run:frame", calm(() => this.fill(), EVERY), { signal })
  }
  disconnectedCallback() { this.gone.abort() }

  // data-cell="zone field key..." is a path into the zones of the frame
  fill() {
    if (!this.details.open) return
    for (const cell of this.querySelectorAll("[data-cell]")) {
      const value = cell.dataset.cell.split(" ").reduce((at, key) => at?.[key], run.frame.zones)
      if (value !== undefined) cell.textContent = nf(value)
    }
  }
}
define("live-table", LiveTable)
