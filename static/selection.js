// What is selected: a page or tag page (pfn), a pageblock (any pfn of it) or a process (pid); and what the map shows of
// it. The address bar says so too: sel=, block=, proc=, level=, at=, layer=.
import { tell } from "./page-run.js"
import { hex } from "./lib/format.js"

const query = new URLSearchParams(location.search)
const number = name => {
  const text = query.get(name), n = text ? Number(text) : NaN
  return Number.isInteger(n) && n >= 0 ? n : null
}

export const selection = { pfn: number("sel"), block: number("block"), pid: number("proc") }
export const opened = { level: query.get("level"), at: number("at"), layer: query.get("layer") }

export const nothing = () => selection.pfn === null && selection.block === null && selection.pid === null

// select({pfn}), select({block}), select({pid}); select() lets go
export function select({ pfn = null, block = null, pid = null } = {}) {
  if (pfn === selection.pfn && block === selection.block && pid === selection.pid) return
  Object.assign(selection, { pfn, block, pid })
  tell("select", selection)
}

const EVERY = 700 // ms; browsers limit how often the address may change
let later
// into the address bar, without a history entry: what is selected and what the map shows
export function remember(view) {
  clearTimeout(later)
  later = setTimeout(() => {
    const url = new URL(location.href), { pfn, block, pid } = selection
    const words = { sel: pfn === null ? null : hex(pfn), block: block === null ? null : hex(block), proc: pid, ...view }
    for (const [name, value] of Object.entries(words)) {
      if (value === null || value === undefined) url.searchParams.delete(name)
      else url.searchParams.set(name, value)
    }
    if (url.href !== location.href) history.replaceState(history.state, "", url)
  }, EVERY)
}
