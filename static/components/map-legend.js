// <map-legend>: the kinds with their letters and patterns; pressing one leaves only its pages in colour.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { run, single } from "../page-run.js"

class MapLegend extends Listener {
  setup() {
    this.on(this, "click", e => this.press(e.target.closest("[data-p]")))
    this.hear("part", () => this.show())
    this.show()
  }

  press(button) { if (button) single(run.part === button.dataset.p ? null : button.dataset.p) }
  show() {
    for (const button of this.querySelectorAll("[data-p]")) {
      button.setAttribute("aria-pressed", String(button.dataset.p === run.part))
    }
  }
}
define("map-legend", MapLegend)
