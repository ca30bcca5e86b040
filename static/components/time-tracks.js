// The tracks under the ledger when the timeline is opened: reservations up and refusals down, free pages against the
// low watermark; the values at the playhead in the gutter at the left.
import { run } from "../page-run.js"
import { changes, sampleAt } from "../lib/tracks.js"
import { nf, size } from "../lib/format.js"

const BIN = 6 // px
export const GUTTER = 214 // px

export function tracks(g) {
  const at = sampleAt(run.series.op, run.frame.op)
  return reservations(g, at) + freePages(g, at) + ledgerGutter(g)
}

function reservations(g, at) {
  const { op, tags, refused } = run.series, bins = Math.max(1, Math.floor(g.w / BIN))
  const kept = changes(op, tags, g.end, bins), no = changes(op, refused, g.end, bins)
  const [top, bottom] = g.track(0), middle = top + (bottom - top) * .62
  const most = Math.max(1, ...kept.map(bin => bin.up)), worst = Math.max(1, ...no.map(bin => bin.up))
  const bars = kept.map(({ up }, i) => up ? bar(g, i, middle - up / most * (middle - top), middle, "tags") : "")
  const down = no.map(({ up }, i) => up ? bar(g, i, middle + 1, middle + 1 + up / worst * (bottom - middle - 2), "fail") : "")
  return `<path d="M${g.L} ${middle}H${g.L + g.w}" stroke="var(--rule-2)"/>${bars.join("")}${down.join("")}
    ${line(g, top + 11, "tag pages reserved", nf(tags[at] ?? 0), "tags-text")}
    ${line(g, top + 11 + g.step, "metadata_reserve_fail", nf(refused[at] ?? 0), refused[at] ? "fail-text" : "ink-2")}`
}

const bar = (g, i, from, to, colour) => `<rect x="${(g.L + i * BIN + 1).toFixed(1)}" y="${from.toFixed(1)}"
  width="${BIN - 2}" height="${Math.max(1, to - from).toFixed(1)}" fill="var(--${colour})"/>`

function freePages(g, at) {
  const { op, free } = run.series, low = run.frame.zones.reduce((sum, zone) => sum + zone.low, 0)
  const [top, bottom] = g.track(1), most = Math.max(low * 2, ...free, 1)
  const y = pages => (bottom - pages / most * (bottom - top - 3)).toFixed(1)
  const path = op.map((o, i) => `${g.x(o).toFixed(1)} ${y(free[i])}`).join("L")
  const end = op.length ? g.x(op[op.length - 1]).toFixed(1) : g.L
  return `<path d="M${g.L} ${bottom}L${path || g.L + " " + bottom}L${end} ${bottom}Z" fill="var(--anon)" opacity=".55"/>
    <path d="M${path || g.L + " " + bottom}" fill="none" stroke="var(--ink)" stroke-width="1.2"/>
    <path d="M${g.L} ${y(low)}H${g.L + g.w}" stroke="var(--ink)" stroke-dasharray="5 4"/>
    <text x="${g.L + g.w + 8}" y="${Number(y(low)) + 4}" class="s">low</text>
    ${line(g, top + 11, "nr_free_pages", nf(free[at] ?? 0))}
    ${line(g, top + 11 + g.step, "low watermarks together", nf(low))}`
}

function ledgerGutter(g) {
  const { tags, back, lent, free } = run.ledger, y = g.top + 11
  return line(g, y, "kept for tags", size(tags), "tags-text") + line(g, y + g.step, "given back", size(back), "lent-text") +
    line(g, y + 2 * g.step, "of it lent / free", `${size(lent)} / ${size(free)}`)
}

const line = (g, y, words, value, ink = "ink") => `<text x="0" y="${y}" class="s">${words}</text>
  <text x="${g.L - 12}" y="${y}" class="s b e ink-${ink}">${value}</text>`
