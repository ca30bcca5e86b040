// <vm-counters>: around the server's table of counters; adds the rate between the last two tables and a small line of the past.
import { define } from "./piece.js"
import { nf, signed } from "../lib/format.js"

const KEEP = 60 // samples a counter
const W = 74, H = 20

// The table is the server's and is swapped; the past is kept here, by name, for as long as the page lives.
const past = new Map() // name -> [[op, value], ...]

class VmCounters extends HTMLElement {
  connectedCallback() {
    this.changes = new MutationObserver(() => this.show())
    this.show()
  }
  disconnectedCallback() { this.changes.disconnect() }

  show() {
    this.changes.disconnect()
    for (const row of this.querySelectorAll("tbody tr")) fill(row, Number(this.dataset.op))
    const attributeFilter = ["data-op", "data-value"]
    this.changes.observe(this, { attributes: true, attributeFilter, subtree: true, childList: true })
  }
}

function fill(row, op) {
  const spark = row.querySelector("[data-spark]"), samples = remember(spark.dataset.spark, op, Number(value(row)))
  if (samples.length < 2) return
  const [from, before] = samples.at(-2), [to, now] = samples.at(-1)
  spark.innerHTML = line(samples, /_fail|oom_kill/.test(spark.dataset.spark) && now > 0)
  const rate = row.querySelector("[data-rate]")
  rate.textContent = signed((now - before) / (to - from) * 1000)
  rate.title = `From op ${nf(from)} to op ${nf(to)}`
}

const value = row => row.querySelector("[data-value]").dataset.value

function remember(name, op, value) {
  let samples = past.get(name) ?? []
  if (samples.length && samples.at(-1)[0] > op) samples = [] // the run went back: what came after is not its past
  if (samples.at(-1)?.[0] !== op) samples.push([op, value])
  if (samples.length > KEEP) samples.shift()
  past.set(name, samples)
  return samples
}

function line(samples, bad) {
  const values = samples.map(([, v]) => v), low = Math.min(...values), span = Math.max(...values) - low || 1
  const [from] = samples[0], ops = samples.at(-1)[0] - from
  const place = ([op, v]) => [(op - from) / ops * 68, 18 - (v - low) / span * 16].map(n => n.toFixed(1)).join(" ")
  const at = samples.map(place)
  const colour = bad ? "fail" : "ink", [x, y] = at.at(-1).split(" ")
  return `<svg class="spark" viewBox="0 0 ${W} ${H}" aria-hidden="true"><path d="M${at.join("L")}" fill="none"
    stroke="var(--${colour})" stroke-width="1.4"/><circle cx="${x}" cy="${y}" r="2.4" fill="var(--${colour})"/></svg>`
}
define("vm-counters", VmCounters)
