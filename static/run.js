// A run as one page shows it: what the server embedded, then what the stream brings. Each belongs to a root, an element or
// the document: what lies inside finds it there and hears its DOM events: run:frame, run:series, run:connection, run:part,
// run:hover. Runs share nothing, so that two of them can stand on one page.
import { Plates } from "./lib/plates.js"
import { World } from "./lib/world.js"
import { decode } from "./lib/wire.js"
import { view } from "./lib/ledger.js"

const runs = new WeakMap() // by their roots

// the run of the nearest root around an element
export function runOf(element) {
  let at = element
  while (at && !runs.has(at)) at = at.parentNode ?? null
  return runs.get(at ?? document)
}

/** @param {any} root @param {{meta: any, frame: any, series: any, part?: string | null}} first what the server embedded */
export function createRun(root, first) {
  const run = new Run(root, first)
  runs.set(root, run)
  return run
}

class Run {
  constructor(root, { meta, frame, series, part = null }) {
    this.root = root
    this.meta = meta
    this.rules = meta.rules // of its policy: tags, kept, lends
    this.mine = meta.role === "presenter"
    this.plates = new Plates(meta.geometry)
    this.series = series
    this.frame = frame
    this.world = /** @type {World | null} */ (null) // of the frame last drawn
    this.head = 0 // furthest op recorded
    this.received = 0 // seq of the newest frame
    this.skipped = 0 // frames the server left out because this connection is slow
    this.drawn = 0 // frames drawn so far
    this.connection = "connecting" // live, lost
    this.since = 0 // ms since the epoch: when the connection was lost
    this.part = part // what a word of the answer singles out
    this.waiting = /** @type {any} */ (null)
    this.busy = false
  }

  get commands() { return this.series.commands ?? [] } // of a person, as links have them
  get ledger() { return view(this.frame, this.rules) }
  get behind() { return Math.max(0, this.received - this.frame.seq, this.skipped) }

  tell(type, detail) { this.root.dispatchEvent(new CustomEvent(`run:${type}`, { detail })) }

  begin() {
    this.tell("series", this.series)
    return this.take(this.frame)
  }

  // Newest wins: a frame that arrives while one is being drawn replaces the one that waits.
  async take(frame) {
    this.skipped = this.received ? Math.max(0, frame.seq - this.received - 1) : 0
    this.received = frame.seq
    this.head = frame.head
    this.waiting = frame
    if (this.busy) return
    this.busy = true
    try {
      while (this.waiting) await this.draw(this.waiting)
    } finally {
      this.busy = false
    }
  }

  async draw(frame) {
    this.waiting = null
    const map = await decode(frame.map, this.plates)
    await paint()
    Object.assign(this, { frame, world: new World(this.plates, map, frame, this.rules), drawn: this.drawn + 1 })
    this.tell("frame", frame)
  }

  takeSeries(series) {
    this.series = series
    this.tell("series", series)
  }

  connect(state) {
    if (this.connection === state) return
    this.connection = state
    this.since = Date.now()
    this.tell("connection", state)
  }

  single(part) {
    this.part = part
    this.tell("part", part)
  }

  // What the server says to a command, or null: then "refused" is told. Viewers get 403; their buttons are disabled.
  async send(fields) {
    const answer = await fetch(`/api/runs/${this.meta.id}/commands`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fields),
    }).catch(() => null) // the server is gone, or the page is being left
    const said = (await answer?.json().catch(() => null)) ?? {}
    if (answer?.ok) return said
    this.tell("refused", said.detail ?? (answer ? `the server said ${answer.status}` : "the server does not answer"))
    return null
  }

  async command(name, n = 1) { await this.send({ command: name, n }) }

  // Give a command at the op where the run is; <run-head> and the sheet say what came of it.
  async poke(fields) {
    const said = await this.send({ command: "poke", ...fields })
    if (said) this.tell("did", said.did)
  }
}

// The next picture of the browser; a window nobody paints (covered, in the background) must not hold up the numbers.
const paint = () => /** @type {Promise<void>} */ (new Promise(done => {
  const late = setTimeout(done, 250)
  requestAnimationFrame(() => { clearTimeout(late); done() })
}))
