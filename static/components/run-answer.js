// <run-answer>: the server's sentence. Its words single out their pages on the map; its numbers are those of the ledger as
// drawn, so that both agree while the run plays (the sentence itself comes three times a second).
import { define } from "./piece.js"
import { single } from "../run.js"
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
    document.addEventListener("run:ledger", e => this.fill(e.detail), { signal })
    this.swaps = new MutationObserver(() => this.fill())
    this.swaps.observe(this, { childList: true, characterData: true, subtree: true })
  }
  disconnectedCallback() {
    this.swaps.disconnect()
    this.gone.abort()
  }

  // what the ledger drew last; a ledger out of view is drawn no more, and the server's numbers stay
  fill(drawn = this.drawn) {
    this.drawn = drawn
    if (!drawn || !document.querySelector("tag-ledger").seen) return
    const pages = said(drawn)
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
