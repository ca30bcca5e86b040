// <answer-lines>: the answers of the side column as one line each, for the projector.
import { Piece, define } from "./piece.js"
import { run } from "../page-run.js"
import { blocked } from "./pins-figure.js"
import { times } from "../lib/costs.js"
import { nf, plural, size } from "../lib/format.js"

class AnswerLines extends Piece {
  draw() {
    const { mean, free, off } = run.ledger, pins = run.frame.pins.filter(pin => pin.tag)
    this.innerHTML = off ? "<p>MTE is off: no page needs tags, and nothing is closed to anyone.</p>"
      : `<p><b>${mean.toFixed(1)} of 32</b> filled: tagged pages per reserved tag page</p>
        ${cost()}
        <p><b>${plural(pins.length, "pin")}</b> in tag storage ${pins.length === 1 ? "bars" : "bar"}
          ${nf(blocked(pins))} pages from tags; <b>${size(free)}</b> is closed to them</p>`
  }
}

function cost() {
  const many = times(run.frame.costs.rows)
  return many ? `<p><b>${many.map(n => nf(n) + "×").join(" to ")}</b> the cost of an ordinary request, for a tagged one</p>`
    : `<p>${run.frame.costs.words}</p>`
}
define("answer-lines", AnswerLines)
