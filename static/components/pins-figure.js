// <pins-figure>: where the pinned tag pages are, and how many data pages they keep from being tagged.
import { Piece, define, svg } from "./piece.js"
import { run } from "../page-run.js"
import { nf, plural, size } from "../lib/format.js"
import { GRAN } from "../lib/plates.js"

// data pages that cannot be tagged while these tag pages are pinned
export const blocked = pins => new Set(pins.flatMap(pin => run.plates.unit(run.plates.row(pin.pfn)))).size * GRAN

class PinsFigure extends Piece {
  draw() {
    const pins = off() ? [] : run.frame.pins.filter(pin => pin.tag)
    this.$("[data-words]").innerHTML = off() ? "Nothing: MTE is off, no page needs tags." : words(pins)
    this.$("[data-picture]").innerHTML = svg(this.width, 31, picture(pins, this.width),
      "Where the pinned tag pages are in tag storage")
  }
}

const off = () => !run.rules.tags

function words(pins) {
  if (!pins.length) return "Nothing: no tag page is pinned."
  const n = blocked(pins)
  return `<b>${plural(pins.length, "pinned page")}</b> in tag storage ${pins.length === 1 ? "keeps" : "keep"}
    <b>${nf(n)} data pages</b> (${size(n)}) from being tagged.`
}

function picture(pins, W) {
  const { plates } = run, x = row => row / plates.rowCount * W
  const served = plates.plates.filter(p => p.served)
  const of = i => served.length > 2 || off() ? "" : i ? "of " : "tag storage of "
  const marks = pins.map(pin => `<path d="M${x(plates.row(pin.pfn))} 4V14" stroke="var(--pin)" stroke-width="2"/>`)
  const names = served.map((p, i) => `<path d="M${x(p.g0) + .5} 14v5" stroke="var(--ink)"/>
    <text x="${x(p.g0) + 4}" y="28" class="s q">${of(i)}${p.zone}</text>`)
  return `<path d="M0 14.5H${W}" stroke="var(--ink)"/>${marks.join("")}${names.join("")}`
}
define("pins-figure", PinsFigure)
