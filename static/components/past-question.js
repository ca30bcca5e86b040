// <past-question>: while one looks at the past, another policy or seed asks from which op on it shall be; and what drops
// the recorded future asks first.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { run, command, poke } from "../page-run.js"
import { fork } from "../fork.js"
import { nf, plural } from "../lib/format.js"
import { VERBS, phrase } from "../lib/poke.js"

class PastQuestion extends Listener {
  setup() {
    this.hear("choose", form => this.ask(form))
    this.hear("poke", detail => this.askToPoke(detail))
    this.hear("do", detail => detail.act === "drop" && this.askToDrop())
    this.dialog = this.querySelector("dialog")
    this.on(this.dialog, "close", () => this.answered())
  }

  // the form of a new run. Live there is nothing to ask: the run is opened at the op on screen.
  ask(form) {
    const here = run.frame.op, live = run.head
    this.about(form, null)
    form.elements.op.value = here
    if (live === here) return form.requestSubmit()
    const { policy, seed } = form.elements
    this.live = live
    this.open(`${policy.value}, seed ${seed.value}: from which op on?`,
      `${plural(live - here, "recorded op")} come after op ${nf(here)}. They stay with this run; the new one has its own.`,
      { here: `Fork here, op ${nf(here)}`, live: `Fork at live, op ${nf(live)}` })
  }

  // the run goes on from here as if it had never been further
  askToDrop() {
    const here = run.frame.op, after = run.series.head - here
    if (!run.mine || after <= 0) return
    this.about(null, null)
    this.open(`Drop what came after op ${nf(here)}?`,
      `${plural(after, "recorded op")} would be forgotten, with their part of the timeline. The same scenario and seed make ` +
      "the same ops again; a fork keeps them too.",
      { here: "Fork here instead", drop: after === 1 ? "Drop it" : "Drop them" })
  }

  // a command goes to a fork, or to this run: in the past it asks whether what was recorded after it may be dropped
  askToPoke({ fields, inFork }) {
    const here = run.frame.op, after = run.frame.head - here, words = phrase(fields), verb = VERBS[fields.do]
    if (inFork) return fork(fields)
    if (!run.mine) return
    if (after <= 0) return poke(fields)
    this.about(null, fields)
    this.open(`${words[0].toUpperCase()}${words.slice(1)} here?`,
      `${plural(after, "recorded op")} ${after === 1 ? "comes" : "come"} after op ${nf(here)} and would be dropped.`,
      { here: `Fork and ${verb}`, drop: `${after === 1 ? "Drop it" : "Drop them"} and ${verb}` })
  }

  // what is asked about: the form of a new run, a command, or neither
  about(form, fields) {
    this.form = form
    this.fields = fields
  }

  // words: what the buttons say by their values; a button without words is not offered
  open(title, question, words) {
    this.querySelector("[data-title]").textContent = title
    this.querySelector("[data-words]").textContent = question
    for (const value of ["here", "live", "drop"]) {
      const button = this.querySelector(`[value=${value}]`)
      button.hidden = !words[value]
      button.textContent = words[value] ?? ""
    }
    this.dialog.returnValue = ""
    this.dialog.showModal()
  }

  answered() {
    const { returnValue } = this.dialog
    if (returnValue === "drop") return this.fields ? poke(this.fields) : command("drop")
    if (!this.form) return returnValue && fork(this.fields ?? {})
    if (returnValue === "live") this.form.elements.op.value = this.live
    if (returnValue) this.form.requestSubmit()
    else this.form.reset()
  }
}
define("past-question", PastQuestion)
