// Machine level in one go: thousands of pageblocks, each its mixture poured left to right, as pixels. A pixel on the
// edge of two parts gets its share of each, so areas stay exact; the same as fillRect would draw, many times faster.
// Above 16 GiB one tile stands for the pageblocks of 2, 4, ... columns side by side: their mixture, as exact.
// From frame to frame most pageblocks stay as they are: only those that changed are poured again.
import { FREE } from "../../lib/states.js"
import { GRAN, PER_BLOCK } from "../../lib/plates.js"
import { rgbOf } from "./rgb.js"

const OUTLINE = .6 // share of the outline of a pageblock that is mostly free in the pixels of its edge
const MARGIN = 3
const KEPT = 8 // pictures of parts of the machine

export function paintPoured(view, part, counts) {
  const { x, camera, tally, look } = view, { plate, b, s, c0, c1 } = part, { P } = camera.plates
  const d = devicePixelRatio || 1, left = Math.floor((s.x + MARGIN) * d), top = Math.floor(b.dataY * d)
  const kept = keptOf(view, part, [Math.ceil(s.w * d) + 2, Math.ceil(b.landH * d) + 2, left, top, d])
  const { merge } = camera, { known } = look, sums = new Uint16Array(known)
  for (let c = c0; c < c1; c += merge) for (let r = 0, above = false; r < P && c * P + r < plate.blocks; r++) {
    const at = (plate.b0 + c * P + r) * known
    let from = counts, o = at
    if (merge > 1) {
      together(sums, counts, plate, P, c, Math.min(c + merge, c1), r)
      from = sums
      o = 0
    }
    tally.counts("data", from, o, known)
    if (!changed(kept.counts, at, from, o, known) && !above) continue
    const t = shape(camera, s, c, r, Math.min(merge, c1 - c))
    const free = row(kept.pen, from, o, (s.x + t.x + MARGIN) * d - left, t.w * d)
    rows(kept.pen, kept.out, (b.dataY + t.y) * d - top, t.h * d, free)
    above = t.shared // the last line of pixels of this one is the first of the next
  }
  tally.range("data", plate.data_start, plate.end)
  x.putImageData(kept.image, left, top)
}

const pictures = new Map() // what was poured, by part and place and look

function keptOf(view, { plate, s, c0, c1 }, [w, h, ...at]) {
  const { x, camera, look } = view, pen = penOf(view, w)
  const seen = [look.layer, look.known, pen.colours.join(), pen.alphas.join(), pen.rule].join()
  const key = [plate.i, c0, c1, w, h, ...at, s.x, camera.su, camera.sv, seen].join()
  let kept = pictures.get(key)
  if (!kept) {
    if (pictures.size >= KEPT) pictures.clear()
    const image = x.createImageData(w, h), known = look.known
    const counts = new Uint16Array((plate.b0 + plate.blocks) * known).fill(0xffff)
    kept = { pen, image, out: new Uint32Array(image.data.buffer), counts }
    pictures.set(key, kept)
  }
  return kept
}

// whether a tile is not what was poured; remembers what it is
function changed(before, at, counts, o, known) {
  let other = false
  for (let i = 0; i < known; i++) {
    if (before[at + i] === counts[o + i]) continue
    before[at + i] = counts[o + i]
    other = true
  }
  return other
}

// the counts of the pageblocks of some columns in one row
function together(sums, counts, plate, P, first, end, r) {
  sums.fill(0)
  for (let c = first; c < end && c * P + r < plate.blocks; c++) {
    const o = (plate.b0 + c * P + r) * sums.length
    for (let k = 0; k < sums.length; k++) sums[k] += counts[o + k]
  }
}

// where a pageblock stands in its plate: what Camera.tile says of it, as wide as so many columns
function shape(camera, s, c, r, columns) {
  const one = PER_BLOCK * camera.su, w = one * columns, h = GRAN * camera.sv
  const gx = Math.max(1, Math.min(9, w * .08)), gy = h > 5 ? Math.min(7, Math.max(1, h * .06)) : h > 3 ? .6 : 0
  return { x: (c - s.c0) * one, y: r * h + gy / 2, w: w - gx, h: h - gy, shared: gy < 1 }
}

function penOf({ look, pal }, width) {
  return {
    look, width, colours: look.solid.map(rgbOf), alphas: look.solid.map((_, kind) => look.alpha(kind)),
    rule: look.layer === "state" ? rgbOf(pal.c.rule) : null, sums: new Float32Array(width * 4),
    line: new Uint32Array(width), edge: new Uint32Array(width), from: 0, to: 0,
  }
}

// one line of pixels of a pageblock; returns whether most of it is free
function row(pen, counts, o, x, w) {
  const { look, colours, alphas, sums } = pen, { pour } = look
  let n = 0, at = x
  for (const kind of pour) n += counts[o + kind]
  pen.from = Math.floor(x)
  pen.to = Math.min(pen.width, Math.ceil(x + w))
  sums.fill(0, pen.from * 4, pen.to * 4)
  for (const kind of pour) {
    if (!counts[o + kind]) continue
    const end = at + w * counts[o + kind] / n
    part(sums, at, Math.min(end, pen.to), colours[kind], alphas[kind])
    at = end
  }
  const free = pen.rule !== null && counts[o + FREE] > n * .5
  for (let i = pen.from; i < pen.to; i++) {
    pen.line[i] = packed(sums, i * 4)
    if (free) pen.edge[i] = blend(pen.line[i], pen.rule)
  }
  return free
}

function part(sums, from, end, [r, g, b], alpha) {
  for (let i = Math.floor(from); i < end; i++) {
    const share = (Math.min(end, i + 1) - Math.max(from, i)) * alpha, k = i * 4
    sums[k] += r * share
    sums[k + 1] += g * share
    sums[k + 2] += b * share
    sums[k + 3] += share
  }
}

// ABGR, as little-endian pixels are
function packed(sums, k) {
  const a = sums[k + 3]
  if (a <= 0) return 0
  const byte = v => Math.min(255, Math.round(v / a))
  const alpha = Math.min(255, Math.round(a * 255))
  return (alpha << 24 | byte(sums[k + 2]) << 16 | byte(sums[k + 1]) << 8 | byte(sums[k])) >>> 0
}

const blend = (pixel, [r, g, b]) => {
  const mix = (shift, v) => Math.round((pixel >>> shift & 255) * (1 - OUTLINE) + v * OUTLINE) << shift
  return (pixel & 0xff000000 | mix(16, b) | mix(8, g) | mix(0, r)) >>> 0
}

// the line, from y on h px high; the first and the last row get their share of it
function rows({ width, line, edge, from, to }, out, y, h, free) {
  const first = Math.floor(y), end = Math.ceil(y + h), top = Math.round(y), bottom = Math.round(y + h) - 1
  for (let j = first; j < end; j++) {
    const share = Math.min(y + h, j + 1) - Math.max(y, j), source = free && (j === top || j === bottom) ? edge : line
    const start = j * width
    if (share > .99) for (let i = from; i < to; i++) out[start + i] = source[i]
    else for (let i = from; i < to; i++) out[start + i] = thinner(source[i], share)
    if (free) out[start + from] = edge[from], out[start + to - 1] = edge[to - 1]
  }
}
const thinner = (pixel, share) => (pixel & 0xffffff | (pixel >>> 24) * share << 24) >>> 0
