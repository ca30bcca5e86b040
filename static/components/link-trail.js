// <link-trail>: when a link does not verify, since which op it differs, and both states beside each other.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { run, tell, command } from "../page-run.js"
import { esc, nf } from "../lib/format.js"
import { compared, parted, sinceWhen } from "../lib/trail.js"

class LinkTrail extends Listener {
  setup() {
    this.hear("differs", detail => this.ask(detail))
    this.hear("do", detail => detail.act === "both" && this.dialog.showModal())
    this.dialog = this.querySelector("dialog")
    this.on(this.dialog, "close", () => this.answered())
  }

  async ask({ op, trail, figures }) {
    const answer = op === null ? null : await fetch(`/runs/${run.meta.id}/trail?op=${op}`).catch(() => null)
    const here = answer?.ok ? await answer.json().catch(() => null) : null
    if (!here) return
    this.found = parted(trail, here)
    this.beside(compared(figures, here.figures), op)
    if (this.found) this.fill()
    this.querySelector("[data-way]").hidden = !this.found
    tell("since", this.found ? sinceWhen(this.found) : "")
  }

  // what the link says and what is here, in figures
  beside(rows, op) {
    const known = rows.some(({ link }) => link !== null)
    this.querySelector("[data-figures-words]").textContent = known ? `The state at op ${nf(op)}, in figures.`
      : `The state at op ${nf(op)}, in figures. The link carries none: it was made before links did.`
    this.querySelector("[data-figures] tbody").innerHTML = rows.map(({ name, link, here, same }) => `<tr class="${same ? "" : "bad"}">
      <td>${name}</td><td class="r">${link === null ? "not said" : nf(link)}</td><td class="r">${nf(here)}</td>
      <td>${link === null ? "" : same ? "same" : "× differs"}</td></tr>`).join("")
  }

  fill() {
    const { rows, last } = this.found, [words, go] = ["[data-words]", "[value=last]"].map(s => this.querySelector(s))
    words.textContent = `The state at ${rows.length} ops on the way: ${sinceWhen(this.found)}.`
    this.querySelector("[data-way] tbody").innerHTML = rows.map(({ op, link, here, same }) => `<tr class="${same ? "" : "bad"}">
      <td class="r">${nf(op)}</td><td><code>${esc(link)}</code></td><td><code>${esc(here)}</code></td>
      <td>${same ? "same" : "× differs"}</td></tr>`).join("")
    go.hidden = last === null || !run.mine
    go.textContent = last === null ? "" : `Go to op ${nf(last)}, the last that is the same`
  }

  answered() { if (this.dialog.returnValue === "last") command("goto", this.found?.last) }
}
define("link-trail", LinkTrail)
