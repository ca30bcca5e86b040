// Numbers as the screen says them; templates/macros/format.html has the same rules. Pages are 4 KiB.
const NBSP = "\u00a0"
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 })
export const nf = n => whole.format(Math.round(n))
export const hex = pfn => "0x" + pfn.toString(16)
export const mib = pages =>
  pages < 256 ? (pages / 256).toFixed(2) : pages < 256000 ? (pages / 256).toFixed(1) : nf(pages / 256)
export const size = pages => (pages < 64 ? Math.round(pages * 4) + NBSP + "KiB" : mib(pages) + NBSP + "MiB")
export const percent = (part, whole) => {
  const share = whole ? 100 * part / whole : 0 // all but a little is not all
  return (share > 99 && share < 100 ? share.toFixed(1) : Math.round(share)) + "%"
}
// "94 ns" below a microsecond, from there on two significant digits (sim/words/text.py: duration)
export function duration(ns) {
  if (ns < 1000) return ns + NBSP + "ns"
  const unit = 10 ** (String(ns).length - 2), rounded = Math.floor((ns + unit / 2) / unit) * unit
  const [scale, name] = rounded < 1e6 ? [1e3, "µs"] : rounded < 1e9 ? [1e6, "ms"] : [1e9, "s"]
  const value = rounded / scale
  return (value < 10 ? value.toFixed(1) : nf(value)) + NBSP + name
}
export const plural = (n, one, many = one + "s") => `${nf(n)} ${n === 1 ? one : many}`
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
export const esc = text => String(text).replace(/[&<>"]/g, c => ENTITIES[c])
// "+12", "−0.3", "" for nothing
export const signed = n => n === 0 ? "" : (n > 0 ? "+" : "−") + short(Math.abs(n))
const short = n => n < 10 ? n.toFixed(2) : nf(n)
