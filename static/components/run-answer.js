// <run-answer>: the server's sentence. Its words single out their pages on the map.
import { define } from "./piece.js"
import { single } from "../run.js"

class RunAnswer extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController()
    const on = (type, fn) => this.addEventListener(type, fn, { signal: this.gone.signal })
    const part = e => e.target.closest?.("[data-part]")?.dataset.part
    on("pointerover", e => this.show(part(e)))
    on("pointerleave", () => this.show())
    on("focusin", e => this.show(part(e)))
    on("focusout", () => this.show())
  }
  disconnectedCallback() { this.gone.abort() }

  show(part = null) {
    if (part === this.part) return
    this.part = part
    single(part)
  }
}
define("run-answer", RunAnswer)
