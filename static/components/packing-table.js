// <packing-table>: the numbers behind the packing figure, kept up to date while the table is open and seen.
import { Piece, define, put } from "./piece.js"
import { run } from "../page-run.js"
import { sentence } from "../lib/bounds.js"
import { nf } from "../lib/format.js"

class PackingTable extends Piece {
  setup() {
    this.details = this.$("details")
    this.on(this.details, "toggle", () => this.redraw())
  }

  draw() {
    if (run.rules.tags) this.$("[data-words]").innerHTML = sentence(run.frame.packing, run.ledger)
    if (!this.details.open) return
    for (const cell of this.querySelectorAll("[data-n]")) {
      const n = Number(cell.dataset.n), pages = run.frame.packing[n] ?? 0
      put(cell, nf(pages))
      put(cell.nextElementSibling, nf(n * pages))
    }
  }
}
define("packing-table", PackingTable)
