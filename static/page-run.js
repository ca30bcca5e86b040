// The run that this page is about: its root is the document.
import { createRun } from "./run.js"

const embedded = id => JSON.parse(document.getElementById(id).textContent)

export const run = createRun(document, {
  meta: embedded("run-meta"), frame: embedded("first-frame"), series: embedded("first-series"),
  part: new URLSearchParams(location.search).get("part"),
})

export const tell = (type, detail) => run.tell(type, detail)
export const begin = () => run.begin()
export const take = frame => run.take(frame)
export const takeSeries = series => run.takeSeries(series)
export const connect = state => run.connect(state)
export const single = part => run.single(part)
export const command = (name, n = 1) => run.command(name, n)
export const poke = fields => run.poke(fields)
