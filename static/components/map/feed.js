// Asks the server for what is in view: one question at a time, again when the run has moved, never when nothing has.
import { Memory, queries } from "../../lib/memory.js"

const EVERY = { block: 1000, row: 250, page: 160 } // ms between two answers while the run moves

export class Feed {
  constructor(map) {
    this.map = map
    this.memories = new Map()
    this.busy = false
    this.answered = new Map() // when the last answer of a layer came, and to what
    this.known = new Map() // the newest answers by query
  }

  memory(layer, classes) {
    if (!this.memories.has(layer)) this.memories.set(layer, new Memory(this.map.run.plates, layer, classes))
    const memory = this.memories.get(layer)
    memory.world = this.map.run.world
    return memory
  }

  // called with every picture: ask for what it lacked. Returns whether nothing is lacking
  want(memory, camera) {
    const plan = memory.plan(camera)
    if (!plan || memory.has(plan, this.map.run.frame.op)) return true
    if (this.busy) return false
    const key = plan.ranges.map(r => `${r.plate.i}:${r.b0}-${r.b1}`).join() + plan.level
    const last = this.answered.get(memory.layer)
    const rest = last?.key === key ? EVERY[plan.level] - (performance.now() - last.at) : 0
    clearTimeout(this.later)
    if (rest > 0) this.later = setTimeout(() => this.map.redraw(), rest)
    else this.ask(memory, plan, key)
    return false
  }

  async ask(memory, plan, key) {
    this.busy = true
    const [data, tags] = queries(plan, memory.layer)
    const answers = await Promise.all([this.get(data), tags && this.get(tags)]).catch(() => [null, null])
    this.busy = false
    this.answered.set(memory.layer, { key, at: performance.now() })
    const [body, strip] = answers
    if (body && (strip || !tags)) memory.take(plan, Math.min(body.op, strip?.op ?? body.op), body.bytes, strip?.bytes)
    if (body || strip) this.map.redraw()
    else this.later = setTimeout(() => this.map.redraw(), 1000)
  }

  // bytes of a range; what the server says has not changed is what it said before
  async get(query) {
    const before = this.known.get(query), headers = before ? { "if-none-match": `"${before.op}"` } : {}
    const answer = await fetch(`/runs/${this.map.run.meta.id}/map?${query}`, { headers })
    if (answer.status === 304) return before
    if (!answer.ok) throw new Error(`map: ${answer.status}`)
    const found = { op: Number(answer.headers.get("x-op")), bytes: new Uint8Array(await answer.arrayBuffer()) }
    if (this.known.size > 7) this.known.delete(this.known.keys().next().value)
    this.known.set(query, found)
    return found
  }
}
