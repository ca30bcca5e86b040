// <link-trail>: when a link does not verify, since which op it differs, and both states beside each other.
import { define } from "./piece.js"
import { run, tell, command } from "../run.js"
import { esc, nf } from "../lib/format.js"
import { parted, sinceWhen } from "../lib/trail.js"

class LinkTrail extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController()
    const { signal } = this.gone
    document.addEventListener("run:differs", e => this.ask(e.detail), { signal })
    document.addEventListener("run:do", e => e.detail.act === "both" && this.found && this.dialog.showModal(), { signal })
    this.dialog = this.querySelector("dialog")
    this.dialog.addEventListener("close", () => this.answered(), { signal })
  }
  disconnectedCallback() { this.gone.abort() }

  async ask({ op, trail }) {
    const answer = trail && await fetch(`/runs/${run.meta.id}/trail?op=${op}`).catch(() => null)
    const here = answer?.ok ? await answer.json().catch(() => null) : null
    this.found = here && parted(trail, here)
    if (!this.found) return
    this.fill()
    tell("since", sinceWhen(this.found))
  }

  fill() {
    const { rows, last } = this.found, [words, go] = ["[data-words]", "[value=last]"].map(s => this.querySelector(s))
    words.textContent = `The state at ${rows.length} ops on the way: ${sinceWhen(this.found)}.`
    this.querySelector("tbody").innerHTML = rows.map(({ op, link, here, same }) => `<tr class="${same ? "" : "bad"}">
      <td class="r">${nf(op)}</td><td><code>${esc(link)}</code></td><td><code>${esc(here)}</code></td>
      <td>${same ? "same" : "× differs"}</td></tr>`).join("")
    go.hidden = last === null || !run.mine
    go.textContent = last === null ? "" : `Go to op ${nf(last)}, the last that is the same`
  }

  answered() { if (this.dialog.returnValue === "last") command("goto", this.found.last) }
}
define("link-trail", LinkTrail)
