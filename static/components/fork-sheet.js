// <fork-sheet>: "what if?": a run of one's own that shares the past up to this op, in a tab of its own. The form works
// without this; with it the op follows the run.
import { define, put } from "./piece.js"
import { run, tell } from "../run.js"
import { nf } from "../lib/format.js"

class ForkSheet extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController()
    const { signal } = this.gone
    this.sheet = this.querySelector("[popover]")
    for (const element of this.querySelectorAll("[data-js]")) element.hidden = false
    document.addEventListener("run:frame", () => this.show(), { signal })
    document.addEventListener("run:do", e => e.detail.act === "what-if" && this.open(), { signal })
    this.addEventListener("submit", () => this.sheet.hidePopover(), { signal })
    document.addEventListener("click", e => this.press(e), { signal })
    this.sheet.addEventListener("toggle", () => this.show(), { signal })
  }
  disconnectedCallback() { this.gone.abort() }

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
