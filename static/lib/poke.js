// A command on the way from the sheet to the server: which fields each takes, and how it reads. No DOM; tests/front reads it.
const TAKES = {
  pin: ["pfn", "ops"], unpin: ["pfn"], free_page: ["pfn"], kill: ["process"], knob: ["name", "value"],
  alloc: ["count", "order", "what", "process"], free: ["count", "what", "process"],
}
export const VERBS = { pin: "pin", unpin: "unpin", free_page: "free", kill: "kill", knob: "set", alloc: "allocate", free: "free" }

/** What a command needs of a form; empty fields are left out. @param {Iterable<[string, any]>} entries of the form */
export function taken(act, entries) {
  const fields = Object.fromEntries(entries)
  return { do: act, ...Object.fromEntries(TAKES[act].filter(name => fields[name]).map(name => [name, fields[name]])) }
}

/** The command as a short phrase. */
export function phrase(fields) {
  const { pfn, process, name, value, count = 1, order = 0, what } = fields
  const about = {
    knob: () => `${name} to ${value}`, kill: () => process, alloc: () => `${count} × order ${order}, ${what}, for ${process}`,
    free: () => `the newest ${count} ${what} blocks of ${process}`,
  }[fields.do] ?? (() => pfn)
  return `${VERBS[fields.do]} ${about()}`
}

/** Text of a command in a link: those that had begun by an op. @param {string[]} commands @param {number} op */
export const begun = (commands, op) => commands.filter(text => parseInt(text) < op)
