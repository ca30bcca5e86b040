// Where costs lie on a logarithmic axis: half decades, round what requests have cost, four decades at least.
const LEAST = 4

/** @param {{count: number, p50: number, p99: number}[]} rows @returns {[number, number]} exponents of ten, in ns */
export function axisOf(rows) {
  const seen = rows.filter(row => row.count)
  const low = Math.floor(2 * log(Math.min(100, ...seen.map(row => row.p50)))) / 2
  const high = Math.ceil(2 * log(Math.max(1, ...seen.map(row => row.p99)))) / 2
  return [low, Math.max(low + LEAST, high)]
}

// 0 to 1 along the axis
export const place = (ns, [low, high]) => (log(ns) - low) / (high - low)

const log = ns => Math.log10(Math.max(1, ns))

// the decades that have a line, and those of them that have room for their name
export function ticks([low, high], px) {
  const step = px / (high - low), every = step >= 46 ? 1 : step >= 23 ? 2 : 3
  const first = Math.ceil(low), all = Array.from({ length: Math.floor(high) - first + 1 }, (_, i) => first + i)
  return all.map(power => ({ ns: 10 ** power, name: power % every === 0 || every === 3 ? named(power, every) : "" }))
}

const UNITS = ["ns", "µs", "ms", "s"]
// with little room only whole units have a name
const named = (power, every) => every === 3 && power % 3 ? "" : `${10 ** (power % 3)}\u00a0${UNITS[Math.floor(power / 3)]}`

// how many times as much as an ordinary page a tagged one costs, least and most of the median; null before both are known
export function times(rows) {
  const median = path => rows.find(row => row.path === path && row.count)?.p50
  const ordinary = median("pcp"), tagged = ["taken", "moved"].map(median).filter(ns => ns)
  return ordinary && tagged.length ? tagged.map(ns => Math.round(ns / ordinary)) : null
}
