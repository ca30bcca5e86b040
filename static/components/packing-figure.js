// <packing-figure>: reserved tag pages by how many tagged pages they serve, and where that lies between the two bounds.
import { Piece, define, svg } from "./piece.js"
import { run } from "../page-run.js"
import { bounds, mean, sentence } from "../lib/bounds.js"
import { plural, size } from "../lib/format.js"

const HEAD = 4, FOOT = 18 // px above and below the bars
const LEFT = .3, RIGHT = 32.7 // of 32, at the edges

class PackingFigure extends Piece {
  // the chart is as tall as the style sheets say; only a change of width can change that
  resized() {
    this.tall = this.$("[data-chart]").clientHeight || this.tall
    super.resized()
  }

  draw() {
    const off = !run.rules.tags
    this.$("[data-chart]").hidden = off
    this.$("[data-words]").innerHTML = off ? "MTE is off: no page needs tags."
      : sentence(run.frame.packing, run.ledger)
    this.$("[data-bounds]").innerHTML = off || !run.ledger.tags ? "" : this.range()
    if (!off) this.$("[data-chart]").innerHTML = bars(this.width, this.tall)
  }

  // the three counts on one line: perfectly packed, now, scattered at random; now: the tag pages that hold tags, which
  // a policy that keeps them for good counts with all the others
  range() {
    const W = this.width, v = run.ledger, { ideal, random } = bounds(v.tagged, v.total * 32, v.total)
    const now = run.frame.packing.slice(1).reduce((sum, n) => sum + n, 0), said = `${v.all ? "used" : "kept"} ${size(now)}`
    const best = size(Math.ceil(ideal)), worst = size(Math.ceil(random)), most = Math.max(now, random, 1)
    const over = now > random // worse than at random: its words change places
    const x = pages => pages / most * (W - 10) + 5
    return svg(W, 30, `<path d="M${x(ideal)} 8H${x(random)}" stroke="var(--rule-2)" stroke-width="3"/>
      <path d="M${x(ideal)} 3v10M${x(random)} 3v10" stroke="var(--ink)" stroke-width="1.5"/>
      <circle cx="${x(now)}" cy="8" r="4.5" fill="var(--tags)"/>
      <text x="0" y="27" class="s">ideal ${best}</text>
      <text x="${over ? W : W / 2}" y="27" class="s b ${over ? "e" : "m"}">${said}</text>
      <text x="${over ? Math.max(W / 2, Math.min(x(random), W * .72)) : W}" y="27" class="s e">random ${worst}</text>`,
    `Tag storage ${said}, ${best} if perfectly packed, ${worst} if placed at random`)
  }
}

// 33 bars: too little for a chart library, which would take as long for them as the map for two million pages
function bars(W, H) {
  const { packing } = run.frame, at = mean(packing), most = Math.max(1, ...packing.slice(1)), foot = H - FOOT
  const step = W / (RIGHT - LEFT), x = n => (n - LEFT) * step, wide = step * .88
  const bar = (pages, n) => n && pages ? rect(x(n) - wide / 2, wide, pages / most * (foot - HEAD), foot, pages, n) : ""
  const ticks = [1, 8, 16, 24, 32].map(n => `<text x="${x(n)}" y="${H - 4}" class="s m">${n}</text>`)
  const body = packing.map(bar).join("") + ticks.join("") + (at ? meanOf(x(at), at, foot) : "")
  return svg(W, H, body, "Reserved tag pages by how many of their 32 data pages are tagged")
}

const rect = (x, w, h, foot, pages, n) => `<rect x="${x}" y="${foot - h}" width="${w}" height="${h}"
  fill="var(--tags)"><title>${plural(pages, "tag page serves", "tag pages serve")} ${n} tagged</title></rect>`

function meanOf(x, at, foot) {
  const left = at > 20
  return `<path d="M${x} 0V${foot}" stroke="var(--ink)" stroke-width="1.5"/>
    <text x="${x + (left ? -6 : 6)}" y="12" class="s b halo ink-ink ${left ? "e" : ""}">mean ${at.toFixed(1)}</text>`
}
define("packing-figure", PackingFigure)
