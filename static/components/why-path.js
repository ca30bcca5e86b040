// <why-path>: the decision path of one op. The server has drawn it all; this adds the keys: Esc goes back to the run,
// j and k walk from one step to the next.
import { Listener } from "./listener.js"

class WhyPath extends Listener {
  setup() {
    this.on(document, "keydown", e => this.key(e))
  }

  key(e) {
    if (e.ctrlKey || e.altKey || e.metaKey) return
    if (e.key === "Escape") /** @type {HTMLAnchorElement} */ (document.querySelector("[data-home]")).click()
    else if (e.key === "j" || e.key === "k") this.walk(e.key === "j" ? 1 : -1)
  }

  walk(by) {
    const steps = [...this.querySelectorAll(".path > li")], at = steps.indexOf(document.activeElement)
    const next = /** @type {HTMLElement | undefined} */ (steps[at < 0 ? 0 : at + by])
    if (!next) return
    next.tabIndex = -1
    next.focus()
  }
}
customElements.define("why-path", WhyPath)
