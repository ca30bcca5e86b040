// The layers of the map: what the server calls them, and the classes a page can be in.
import { KINDS } from "./states.js"

const TYPES = ["Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Metadata", "Isolate"]
const ORDERS = Array.from({ length: 11 }, (_, n) => n)
const PROCESSES = 16

export const LAYERS = ["state", "migratetype", "order", "owner", "pinned"]
export const WORDS = {
  state: "state", migratetype: "migratetype", order: "order of free blocks", owner: "owner", pinned: "pins",
}
export const CLASSES = { state: KINDS, migratetype: TYPES.length, order: 13, owner: PROCESSES + 3, pinned: 3 }

// [{name, letter}] of a layer other than `state`
export function classesOf(layer, processes) {
  if (layer === "migratetype") return TYPES.map((name, i) => ({ name, letter: "UMRHCTI"[i] }))
  if (layer === "order") {
    const free = ORDERS.map(n => ({ name: n === 0 ? "order 0" : String(n), letter: String(n) }))
    return [...free, { name: "not free", letter: "" }, { name: "per-CPU list", letter: "c" }]
  }
  if (layer === "pinned") {
    return [{ name: "neither", letter: "" }, { name: "pinned", letter: "●" },
      { name: "cannot be tagged while the pin lasts", letter: "×" }]
  }
  const names = Array.from({ length: PROCESSES }, (_, i) => processes[i]?.name ?? "")
  return [{ name: "free", letter: "" }, { name: "kernel", letter: "K" },
    ...names.map(name => ({ name, letter: name.slice(0, 1) })), { name: "tags", letter: "" }]
}

// class of a process in the layer `owner`, -1 for none
export const classOf = (processes, pid) => {
  const i = processes.findIndex(p => p.pid === pid)
  return i < 0 ? -1 : i + 2
}
export const FREE_CLASS = { order: 11, owner: 0, pinned: 0, migratetype: -1 } // drawn as background
