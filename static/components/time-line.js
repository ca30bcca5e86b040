// <time-line>: the ledger through time; it is the scrubber. Discs are events, crimson crosses refusals and OOMs; what
// was recorded after the playhead is faded.
import { Piece, define, svg } from "./piece.js"
import { run, command } from "../page-run.js"
import { domain, placed, ticks, worth } from "../lib/timeline.js"
import { esc, nf, size } from "../lib/format.js"
import { GUTTER, tracks } from "./time-tracks.js"

const NAMES = {
  oom: "OOM kill", refusal: "first refusal", reserve: "first reservation", migrate: "migration", steal: "steal",
  thp_rollback: "huge page rolled back", pin: "pin",
}

// what a person did stands there as "you: pin"
const nameOf = ({ kind, words }) => kind === "command" ? plain(words).split(" ", 2).join(" ") : NAMES[kind] ?? kind

class TimeLine extends Piece {
  static on = ["frame", "series", "theme"]

  setup() {
    this.on(this, "pointerdown", e => this.grab(e))
    this.on(this, "pointermove", e => this.dragging && this.go(e))
    this.on(this, "pointerup", () => { this.dragging = false })
    this.on(this, "pointercancel", () => { this.dragging = false })
    for (const type of ["series", "theme"]) this.hear(type, () => { this.shape = "" })
    this.hear("do", ({ act }) => act === "tracks" && this.open())
  }

  // taller, with tracks; the button in the dock and the key h
  open() {
    const opened = document.body.toggleAttribute("data-tracks")
    document.querySelector("[data-do=tracks]")?.setAttribute("aria-expanded", String(opened))
    this.redraw()
  }

  // while it plays only the playhead moves; the past is drawn again when the series brings more of it
  draw() {
    const g = this.g = geometry(this.width, this.height), shape = [g.W, g.H, g.end, g.total].join()
    if (shape === this.shape && run.frame.state === "playing") this.$("[data-head]").innerHTML = playhead(g)
    else this.whole(g)
    this.shape = shape
  }

  whole(g) {
    const body = `${areas(g)}${g.open ? tracks(g) : ""}${marksOf(g)}<g data-head>${playhead(g)}</g>${legends(g)}`
    this.innerHTML = svg(g.W, g.H, body, `Ledger through time, op ${nf(run.frame.op)} of ${nf(run.frame.length)}`)
  }

  grab(e) {
    if (!run.mine || !this.g) return
    this.dragging = true
    this.setPointerCapture(e.pointerId)
    this.go(e)
  }

  go(e) {
    const { L, w, end } = this.g, share = (e.clientX - this.getBoundingClientRect().left - L) / w
    const op = Math.round(Math.max(0, Math.min(1, share)) * end)
    if (op === this.asked) return
    this.asked = op
    command("goto", Math.min(op, run.frame.length))
  }
}

function geometry(W, height) {
  const H = height || 90, narrow = W < 500, big = W > 1000, top = narrow ? 18 : big ? 26 : 20
  const open = !narrow && H > 140, foot = H - (narrow ? 3 : big ? 18 : 14), R = narrow ? 0 : 76
  const L = narrow ? 0 : open ? GUTTER : 66, w = W - R - L, bottom = open ? top + (foot - top) * .4 : foot
  const rest = (foot - bottom) / 2, track = i => [bottom + i * rest + 5, bottom + (i + 1) * rest]
  const end = domain(run.frame.head, run.frame.length), total = run.ledger.total
  return { W, H, narrow, big, open, top, bottom, foot, track, step: big ? 15 : 13, L, w, end, total,
    x: op => L + op / end * w, y: pages => bottom - pages / total * (bottom - top) }
}

function areas(g) {
  const { off, all } = run.ledger, s = run.series, n = s.op.length, at = [...s.op.keys()]
  const kept = all ? () => g.total : i => s.tags[i]
  const lent = all ? kept : i => s.tags[i] + s.lent_anon[i] + s.lent_file[i]
  const line = f => at.map(i => `${g.x(s.op[i]).toFixed(1)} ${g.y(f(i)).toFixed(1)}`)
  const area = (upper, lower) => n ? `M${line(upper).join("L")}L${line(lower).reverse().join("L")}Z` : ""
  const end = n ? g.x(s.op[n - 1]) : g.L, box = `y="${g.top}" height="${g.bottom - g.top}"`
  return `<rect x="${g.L}" ${box} width="${g.w}" fill="none" stroke="var(--rule-2)"/>
    <rect x="${g.L}" ${box} width="${Math.max(0, end - g.L)}" fill="var(--free)" stroke="var(--free-edge)"/>
    <path d="${area(lent, kept)}" fill="var(--${off ? "anon" : "lent"})"/>
    <path d="${area(kept, () => 0)}" fill="var(--${off ? "anon" : "tags"})"/>`
}

// what was recorded after the playhead
const faded = (g, from, to) => `<rect x="${from}" y="${g.top}" width="${Math.max(0, to - from)}"
  height="${g.foot - g.top}" fill="var(--paper)" opacity=".66"/>`

function marksOf(g) {
  const width = mark => nameOf(mark).length * (g.big ? 6.9 : 6.2) + 12
  const xo = g.x(run.frame.op), own = 23 + nf(run.frame.op).length * 8, flip = xo + own + 12 > g.L + g.w
  const taken = [flip ? [xo - own - 12, xo + 8] : [xo - 8, xo + own + 12]]
  const marks = placed(worth(run.series.marks, g.x), g.x, width, g.L, g.L + g.w, taken)
  return marks.reverse().map(mark => drawMark(g, mark)).join("")
}

function drawMark(g, mark) {
  const { kind, bad, x, spot, words } = mark
  const colour = bad ? "var(--fail)" : "var(--ink)", wide = kind === "oom" ? 2.2 : 1.2, end = spot?.[2]
  const head = bad ? `<path d="M${x - 4.5} ${g.top - 11.5}l9 9m0-9l-9 9" stroke="${colour}" stroke-width="2.2"/>`
    : `<circle cx="${x}" cy="${g.top - 6}" r="3" fill="${colour}"/>`
  const name = g.narrow || !spot ? "" : `<text x="${end ? x - 9 : x + 9}" y="${g.top - 8}"
    class="s ${bad ? "b ink-fail-text" : ""} ${end ? "e" : ""}">${esc(nameOf(mark))}</text>`
  return `<g><title>${plain(words)}</title>
    <path d="M${x} ${g.top - 4}V${g.foot}" stroke="${colour}" stroke-width="${wide}"/>${head}${name}</g>`
}

// words may hold HTML; a title holds text
const plain = html => html.replace(/<[^>]+>/g, "")

function playhead(g) {
  const x = g.x(run.frame.op), { top } = g, words = `op ${nf(run.frame.op)}`
  const flip = x + words.length * 8 + 24 > g.L + g.w
  const at = g.narrow ? 9 : flip ? x - 12 : x + 12
  const after = faded(g, x, g.x(run.series.op.at(-1) ?? 0))
  return `${after}<path d="M${x} ${top - 8}V${g.foot}" stroke="var(--ink)" stroke-width="2.5"/>
    <path d="M${x - 7} ${top - 16}h14v6l-7 7-7-7z" fill="var(--ink)"/>
    <text x="${at}" y="${top - (g.narrow ? 6 : 8)}" class="b halo ${!g.narrow && flip ? "e" : ""}">${words}</text>`
}

function legends(g) {
  if (g.narrow) return ""
  const y = g.foot + 14, right = `${g.end < run.frame.length ? "op" : "ends at op"} ${nf(g.end)}`
  const room = g.L + g.w - right.length * 7 - 60
  const middle = ticks(g.end).filter(op => g.x(op) < room)
    .map(op => `<text x="${g.x(op)}" y="${y}" class="s m q">${nf(op)}</text>`)
  return `<text x="${g.L}" y="${y}" class="s q">op 0</text>${middle.join("")}
    <text x="${g.L + g.w}" y="${y}" class="s e q">${right}</text>
    ${g.open ? "" : `<text x="${g.L - 7}" y="${g.top + 9}" class="s e q">${size(g.total)}</text>
    <text x="${g.L - 7}" y="${g.bottom}" class="s e q">0</text>`}${names(g)}`
}

function names(g) {
  const { off, all } = run.ledger, x = g.L + g.w + 8, s = run.series, n = s.op.length - 1
  if (off || all) {
    return `<text x="${x}" y="${(g.top + g.bottom) / 2 + 4}" class="s b">${all ? "kept" : "ordinary"}</text>`
  }
  const tags = Math.max(0, s.tags[n] ?? 0), lent = tags + (s.lent_anon[n] ?? 0) + (s.lent_file[n] ?? 0)
  const step = g.big ? 15 : 12, low = g.y(0) - 3, mid = Math.min(low - step, g.y((tags + lent) / 2) + 4)
  const high = Math.min(mid - step, g.y(g.total) + 10)
  return `<text x="${x}" y="${Math.max(high, g.top - 4)}" class="s">free</text>
    <text x="${x}" y="${mid}" class="s b ink-lent-text">lent</text>
    <text x="${x}" y="${low}" class="s b ink-tags-text">tags</text>`
}
define("time-line", TimeLine)
