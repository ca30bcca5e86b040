// <map-legend>: the kinds with their letters and patterns; pressing one leaves only its pages in colour.
import { define } from "./piece.js"
import { run, single } from "../run.js"

class MapLegend extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController()
    const signal = this.gone.signal
    this.addEventListener("click", e => this.press(e.target.closest("[data-p]")), { signal })
    document.addEventListener("run:part", () => this.show(), { signal })
    this.show()
  }
  disconnectedCallback() { this.gone.abort() }

  press(button) { if (button) single(run.part === button.dataset.p ? null : button.dataset.p) }
  show() {
    for (const button of this.querySelectorAll("[data-p]")) {
      button.setAttribute("aria-pressed", String(button.dataset.p === run.part))
    }
  }
}
define("map-legend", MapLegend)
