// <live-table>: the table beside a picture that the stream draws. Its numbers follow the frame while it is open and seen.
import { Piece, define, put } from "./piece.js"
import { run } from "../page-run.js"
import { nf } from "../lib/format.js"

class LiveTable extends Piece {
  setup() {
    this.details = this.$("details")
    this.on(this.details, "toggle", () => this.redraw())
  }

  // data-cell="zone field key..." is a path into the zones of the frame
  draw() {
    if (!this.details.open) return
    for (const cell of this.querySelectorAll("[data-cell]")) {
      const value = cell.dataset.cell.split(" ").reduce((at, key) => at?.[key], run.frame.zones)
      if (value !== undefined) put(cell, nf(value))
    }
  }
}
define("live-table", LiveTable)
