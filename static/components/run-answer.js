// <run-answer>: the server's sentence. Its words single out their pages on the map; its numbers are those of the frame on
// screen, so that sentence and ledger agree while the run plays (the sentence itself comes three times a second).
import { define } from "./piece.js"
import { run, single } from "../run.js"
import { said } from "../lib/ledger.js"
import { size } from "../lib/format.js"

class RunAnswer extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController()
    const { signal } = this.gone, on = (type, fn) => this.addEventListener(type, fn, { signal })
    const part = e => e.target.closest?.("[data-part]")?.dataset.part
    on("pointerover", e => this.show(part(e)))
    on("pointerleave", () => this.show())
    on("focusin", e => this.show(part(e)))
    on("focusout", () => this.show())
    document.addEventListener("run:frame", () => this.fill(), { signal })
    this.swaps = new MutationObserver(() => this.fill())
    this.swaps.observe(this, { childList: true, characterData: true, subtree: true })
  }
  disconnectedCallback() {
    this.swaps.disconnect()
    this.gone.abort()
  }

  fill() {
    const pages = said(run.ledger)
    for (const number of this.querySelectorAll("[data-size]")) {
      const text = size(pages[number.dataset.size])
      if (number.textContent !== text) number.textContent = text
    }
  }

  show(part = null) {
    if (part === this.part) return
    this.part = part
    single(part)
  }
}
define("run-answer", RunAnswer)
