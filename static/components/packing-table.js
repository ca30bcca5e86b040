// <packing-table>: the numbers behind the packing figure, kept up to date while the table is open.
import { define } from "./piece.js"
import { run } from "../run.js"
import { sentence } from "../lib/bounds.js"
import { calm } from "../lib/calm.js"
import { nf } from "../lib/format.js"

const EVERY = 500 // ms: nobody reads a table faster

class PackingTable extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController()
    const { signal } = this.gone
    this.details = this.querySelector("details")
    this.details.addEventListener("toggle", () => this.fill(), { signal })
    document.addEventListener("run:frame", calm(() => this.fill(), EVERY), { signal })
  }
  disconnectedCallback() { this.gone.abort() }

  fill() {
    if (run.policy !== "off") this.querySelector("[data-words]").innerHTML = sentence(run.frame.packing, run.ledger)
    if (!this.details.open) return
    for (const cell of this.querySelectorAll("[data-n]")) {
      const n = Number(cell.dataset.n), pages = run.frame.packing[n] ?? 0
      cell.textContent = nf(pages)
      cell.nextElementSibling.textContent = nf(n * pages)
    }
  }
}
define("packing-table", PackingTable)
