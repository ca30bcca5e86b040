// <poke-sheet>: what a presenter can do to the running machine, and in a fork anybody. The buttons of the inspector that
// do the same are its too. <past-question> asks before a recorded future is dropped.
import { Listener } from "./listener.js"
import { define, put } from "./piece.js"
import { run, tell } from "../page-run.js"
import { selection } from "../selection.js"
import { hex, nf, plural } from "../lib/format.js"
import { taken } from "../lib/poke.js"

class PokeSheet extends Listener {
  setup() {
    this.sheet = this.querySelector("[popover]")
    this.inFork = !run.mine
    for (const element of this.querySelectorAll("[data-js]")) element.hidden = false
    this.on(document, "click", e => this.press(e))
    this.on(this, "submit", e => this.submit(e))
    this.on(this, "change", () => this.show())
    this.on(this.sheet, "toggle", e => e.newState === "open" && this.opened())
    this.hear("do", ({ act }) => act === "poke" && run.mine && this.open())
    this.hear("poke-fork", () => this.open(true))
    this.hear("frame", () => this.show())
    this.hear("did", did => this.answer(did.words, !did.done))
    this.hear("refused", words => this.answer(words, true))
  }

  get isOpen() { return this.sheet.matches(":popover-open") }

  open(inFork = !run.mine) {
    for (const other of document.querySelectorAll("[popover]:popover-open")) if (other !== this.sheet) other.hidePopover()
    this.inFork = inFork
    this.sheet.togglePopover()
  }

  opened() {
    if (selection.pfn !== null) this.querySelector("[name=pfn]").value = hex(selection.pfn)
    this.answer("")
    this.show()
  }

  // where it would happen, and what that costs; old values of the knobs
  show() {
    if (!this.isOpen) return
    const { frame, mine } = run, past = Math.max(0, frame.head - frame.op), knob = this.querySelector("[name=name]").value
    const what = "is part of the run: it stands on the timeline and in the link."
    put(this.querySelector("[data-when]"), this.inFork
      ? `A command happens at op ${nf(frame.op)} of a fork, in a tab of its own. This run stays as it is.`
      : `A command happens at op ${nf(frame.op)} and ${what}`)
    const drops = past && !this.inFork
    put(this.querySelector("[data-drops]"), drops ? `It drops the ${plural(past, "recorded op")} after this one.` : "")
    put(this.querySelector("[data-old]"), nf(frame.knobs[knob] ?? 0))
    const toggle = this.querySelector("[data-instead]")
    toggle.setAttribute("aria-pressed", String(this.inFork))
    toggle.disabled = !mine
  }

  answer(words, bad = false) {
    const line = this.querySelector("[data-did]")
    put(line, words)
    line.classList.toggle("bad", bad)
  }

  press(e) {
    const opener = e.target.closest("[data-open=poke]"), own = e.target.closest("[data-poke]")
    if (opener) {
      e.preventDefault() // with this component the button need not open the sheet by itself
      this.open()
    } else if (own) {
      const { poke, pfn, process } = own.dataset
      this.give({ do: poke, ...(pfn && { pfn: hex(Number(pfn)) }), ...(process && { process }) }, false)
    } else if (e.target.closest("[data-instead]")) {
      this.inFork = !this.inFork
      this.show()
    }
  }

  submit(e) {
    e.preventDefault()
    this.give(taken(e.submitter.value, new FormData(e.target)), this.inFork)
  }

  give(fields, inFork) { tell("poke", { fields, inFork }) }
}
define("poke-sheet", PokeSheet)
