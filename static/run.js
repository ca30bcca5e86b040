// The run on this page: what the server embedded, then what the stream brings. Components read it and listen to DOM
// events on the document: run:frame, run:series, run:connection, run:part, run:hover, run:theme.
import { Plates } from "./lib/plates.js"
import { World } from "./lib/world.js"
import { decode } from "./lib/wire.js"
import { view } from "./lib/ledger.js"

const embedded = id => JSON.parse(document.getElementById(id).textContent)
const meta = embedded("run-meta")

export const run = {
  meta,
  rules: meta.rules, // of its policy: tags, kept, lends
  mine: meta.role === "presenter",
  plates: new Plates(meta.geometry),
  series: embedded("first-series"),
  frame: embedded("first-frame"),
  world: null, // of the frame last drawn
  head: 0, // furthest op recorded
  received: 0, // seq of the newest frame
  skipped: 0, // frames the server left out because this connection is slow
  drawn: 0, // frames drawn so far
  connection: "connecting", // live, lost
  since: 0, // ms since the epoch: when the connection was lost
  part: new URLSearchParams(location.search).get("part"), // what a word of the answer singles out
  get commands() { return this.series.commands ?? [] }, // of a person, as links have them
  get ledger() { return view(this.frame, this.rules) },
  get behind() { return Math.max(0, this.received - this.frame.seq, this.skipped) },
}

export const tell = (type, detail) => document.dispatchEvent(new CustomEvent(`run:${type}`, { detail }))

export function begin() {
  tell("series", run.series)
  return take(run.frame)
}

// Newest wins: a frame that arrives while one is being drawn replaces the one that waits.
let waiting = null, busy = false
export async function take(frame) {
  run.skipped = run.received ? Math.max(0, frame.seq - run.received - 1) : 0
  run.received = frame.seq
  run.head = frame.head
  waiting = frame
  if (busy) return
  busy = true
  try {
    while (waiting) await draw(waiting)
  } finally {
    busy = false
  }
}

async function draw(frame) {
  waiting = null
  const map = await decode(frame.map, run.plates)
  await paint()
  Object.assign(run, { frame, world: new World(run.plates, map, frame, run.rules), drawn: run.drawn + 1 })
  tell("frame", frame)
}

// The next picture of the browser; a window nobody paints (covered, in the background) must not hold up the numbers.
const paint = () => /** @type {Promise<void>} */ (new Promise(done => {
  const late = setTimeout(done, 250)
  requestAnimationFrame(() => { clearTimeout(late); done() })
}))

export function takeSeries(series) {
  run.series = series
  tell("series", series)
}

export function connect(state) {
  if (run.connection === state) return
  run.connection = state
  run.since = Date.now()
  tell("connection", state)
}

export function single(part) {
  run.part = part
  tell("part", part)
}

// What the server says to a command, or null: then "refused" is told. Viewers get 403; their buttons are disabled.
async function send(fields) {
  const answer = await fetch(`/api/runs/${meta.id}/commands`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
  }).catch(() => null) // the server is gone, or the page is being left
  const said = (await answer?.json().catch(() => null)) ?? {}
  if (answer?.ok) return said
  tell("refused", said.detail ?? (answer ? `the server said ${answer.status}` : "the server does not answer"))
  return null
}

export async function command(name, n = 1) {
  await send({ command: name, n })
}

// Give a command at the op where the run is; <run-head> and the sheet say what came of it.
export async function poke(fields) {
  const said = await send({ command: "poke", ...fields })
  if (said) tell("did", said.did)
}
