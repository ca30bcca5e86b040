// <past-question>: while one looks at the past, another policy or seed asks from which op on it shall be.
import { define } from "./piece.js"
import { run } from "../run.js"
import { nf } from "../lib/format.js"

class PastQuestion extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController()
    const signal = this.gone.signal
    document.addEventListener("run:choose", e => this.ask(e), { signal })
    this.dialog = this.querySelector("dialog")
    this.dialog.addEventListener("close", () => this.answered(), { signal })
  }
  disconnectedCallback() { this.gone.abort() }

  // detail: the form of a new run. Live there is nothing to ask: the run is opened at the op on screen.
  ask({ detail: form }) {
    const here = run.frame.op, live = run.head
    this.form = form
    form.elements.op.value = here
    if (live === here) return form.requestSubmit()
    const { policy, seed } = form.elements
    this.querySelector("[data-title]").textContent = `${policy.value}, seed ${seed.value}: from which op on?`
    this.querySelector("[data-words]").textContent =
      `${nf(live - here)} recorded ops come after op ${nf(here)}. They stay with this run; the new one has its own.`
    this.querySelector("[value=here]").textContent = `Fork here, op ${nf(here)}`
    this.querySelector("[value=live]").textContent = `Fork at live, op ${nf(live)}`
    this.live = live
    this.dialog.returnValue = ""
    this.dialog.showModal()
  }

  answered() {
    const { returnValue } = this.dialog
    if (returnValue === "live") this.form.elements.op.value = this.live
    if (returnValue) this.form.requestSubmit()
    else this.form.reset()
  }
}
define("past-question", PastQuestion)
