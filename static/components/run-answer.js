// <run-answer>: the server's sentence. Its words single out their pages on the map; its numbers are those of the ledger as
// drawn, so that both agree while the run plays (the sentence itself comes three times a second).
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { single } from "../page-run.js"
import { said } from "../lib/ledger.js"
import { size } from "../lib/format.js"

class RunAnswer extends Listener {
  setup() {
    const part = e => e.target.closest?.("[data-part]")?.dataset.part
    this.on(this, "pointerover", e => this.show(part(e)))
    this.on(this, "pointerleave", () => this.show())
    this.on(this, "focusin", e => this.show(part(e)))
    this.on(this, "focusout", () => this.show())
    this.hear("ledger", detail => this.fill(detail))
    this.swaps = new MutationObserver(() => this.fill())
    this.swaps.observe(this, { childList: true, characterData: true, subtree: true })
  }
  ended() { this.swaps.disconnect() }

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
