// <fork-sheet>: "what if?": a run of one's own that shares the past up to this op, in a tab of its own. The form works
// without this; with it the op follows the run.
import { Listener } from "./listener.js"
import { define, put } from "./piece.js"
import { run, tell } from "../page-run.js"
import { nf } from "../lib/format.js"

class ForkSheet extends Listener {
  setup() {
    this.sheet = this.querySelector("[popover]")
    for (const element of this.querySelectorAll("[data-js]")) element.hidden = false
    this.hear("frame", () => this.show())
    this.hear("do", detail => detail.act === "what-if" && this.open())
    this.on(this, "submit", () => this.sheet.hidePopover())
    this.on(document, "click", e => this.press(e))
    this.on(this.sheet, "toggle", () => this.show())
  }

  open() {
    for (const other of document.querySelectorAll("[popover]:popover-open")) if (other !== this.sheet) other.hidePopover()
    this.sheet.togglePopover()
  }

  show() {
    if (!this.sheet.matches(":popover-open")) return
    for (const at of this.querySelectorAll("[data-op]")) put(at, nf(run.frame.op))
    this.querySelector("[name=op]").value = run.frame.op
  }

  press(e) {
    if (e.target.closest("[data-open=fork]")) {
      e.preventDefault()
      this.open()
    } else if (e.target.closest("[data-with-command]")) tell("poke-fork")
  }
}
define("fork-sheet", ForkSheet)
