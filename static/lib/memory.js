// What the map knows of memory in one layer, pageblock by pageblock, and which ranges it would have to ask for.
import { BLOCK, GRAN, PER_BLOCK } from "./plates.js"
import { TAGGED } from "./states.js"

const KEPT = 6000 // pageblocks

export class Memory {
  // `layer` is what the server calls it, `known` the number of its classes
  constructor(plates, layer, known) {
    this.plates = plates
    this.layer = layer
    this.known = known
    this.held = new Map() // pageblocks by their number
    this.world = /** @type {any} */ (null)
    this.blocks = /** @type {Uint16Array | null} */ (null)
    this.bars = /** @type {Uint8Array | null} */ (null)
    this.op = -1
  }

  get state() { return this.layer === "state" }
  // whether the frame carries all that levels 1 and 2 need
  get whole() { return this.state && Boolean(this.world?.pages) }

  // a pageblock: {op, rows, pages, pids, tags}, null where nothing is known yet
  block(plate, block) {
    const found = this.held.get(plate.b0 + block)
    return this.whole ? { ...this.framed(plate, block), pids: found?.pids } : found ?? null
  }

  framed(plate, block) {
    const { world } = this, g = plate.g0 + block * PER_BLOCK, rows = rowsIn(plate, block)
    const first = plate.off + block * BLOCK
    return {
      rows: world.rows.subarray(g * this.known, (g + rows) * this.known),
      pages: world.pages.subarray(first, first + pagesIn(plate, block)),
      tags: plate.served ? world.tag.subarray(g, g + rows) : null,
    }
  }

  // counts of the rows of a pageblock; made from its pages where only these are known
  rows(entry) { return entry.rows ??= entry.pages && this.count(entry.pages) }

  count(pages) {
    const rows = new Uint8Array(Math.ceil(pages.length / GRAN) * this.known)
    pages.forEach((v, i) => {
      const kind = this.state ? v & 0x7f : v
      if (kind < this.known) rows[(i >> 5) * this.known + kind]++
    })
    return rows
  }

  // tagged pages of a row, 0 where that is not known
  tagged(entry, i) { return this.state && this.rows(entry) ? entry.rows[i * this.known + TAGGED] : 0 }

  // what a view needs: {level, ranges: [{plate, b0, b1}]}, null for nothing
  plan(camera) {
    if (camera.fit && camera.level === 0) return this.state ? null : { level: "block", ranges: this.everything() }
    if (this.whole && camera.level < 3) return null
    const level = camera.level < 2 ? "row" : "page", ranges = camera.view.flatMap(part => cut(this.plates.P, part))
    return ranges.length ? { level, ranges: ranges.slice(0, 60) } : null
  }

  everything() { return this.plates.plates.map(plate => ({ plate, b0: 0, b1: plate.blocks })) }

  // whether all of a plan is here, of this op
  has({ level, ranges }, op) {
    if (level === "block") return this.op === op && Boolean(this.blocks)
    return ranges.every(({ plate, b0, b1 }) => {
      for (let b = b0; b < b1; b++) if (!this.fits(this.held.get(plate.b0 + b), level, op)) return false
      return true
    })
  }
  fits(entry, level, op) {
    return entry?.op === op && Boolean(level === "page" ? entry.pages : entry.rows ?? entry.pages)
  }

  // put an answer in its place: `data` and `tags` are bytes, range after range
  take({ level, ranges }, op, data, tags) {
    if (level === "block") return this.takeBlocks(op, data, tags)
    let at = 0, tagAt = 0
    const pages = ranges.reduce((n, r) => n + spanOf(r), 0)
    const pids = level === "page" && this.state ? new Int32Array(data.slice(pages).buffer) : null
    for (const { plate, b0, b1 } of ranges) for (let b = b0; b < b1; b++) {
      const n = pagesIn(plate, b), rows = rowsIn(plate, b)
      const cells = plate.served ? Math.min(rows, plate.tag_pages - b * PER_BLOCK) : 0
      const entry = { op, tags: cells ? tags.subarray(tagAt, tagAt + cells) : null }
      tagAt += cells
      if (level === "page") Object.assign(entry, { pages: data.subarray(at, at + n), pids: pids?.subarray(at, at + n) })
      else entry.rows = data.subarray(at, at + rows * this.known)
      at += level === "page" ? n : rows * this.known
      this.held.set(plate.b0 + b, entry)
    }
    this.forget(op)
  }

  takeBlocks(op, data, tags) {
    this.op = op
    this.blocks = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
    this.bars = tags
  }

  // a layer at machine level: the classes of the tag pages under a column
  bar(plate, col) {
    const counts = new Array(this.known).fill(0), width = this.plates.P * PER_BLOCK / GRAN
    let first = col * width
    for (const p of this.plates.plates) if (p.i < plate.i) first += Math.ceil(p.tag_pages / GRAN)
    const last = Math.min(first + width, first - col * width + Math.ceil(plate.tag_pages / GRAN))
    const end = Math.ceil(last) * this.known
    for (let i = Math.floor(first) * this.known; i < end; i++) counts[i % this.known] += this.bars[i]
    return { c: counts, n: counts.reduce((a, b) => a + b, 0) || 1 }
  }

  // what lies elsewhere and is of another op would be wrong when it comes into view
  forget(op) {
    for (const [key, entry] of this.held) if (entry.op !== op || this.held.size > KEPT) this.held.delete(key)
  }
}

const pagesIn = (plate, block) => Math.min(BLOCK, plate.data_pages - block * BLOCK)
const rowsIn = (plate, block) => Math.ceil(pagesIn(plate, block) / GRAN)
const spanOf = ({ plate, b0, b1 }) => Math.min(b1 * BLOCK, plate.data_pages) - b0 * BLOCK

// the pageblocks of a part of the view: whole columns at once where that is not much more than what is seen
function cut(P, { plate, c0, c1, r0, r1 }) {
  const clip = (b0, b1) => ({ plate, b0, b1: Math.min(b1, plate.blocks) })
  if ((r1 - r0) * 2 > P) return [clip(c0 * P, c1 * P)].filter(r => r.b0 < r.b1)
  const out = []
  for (let c = c0; c < c1; c++) out.push(clip(c * P + r0, c * P + r1))
  return out.filter(r => r.b0 < r.b1)
}

// the addresses of a plan: data, and the tag storage that serves it
export function queries({ level, ranges }, layer) {
  const most = level === "block" ? BLOCK : level === "row" ? GRAN : 1
  const data = ranges.map(({ plate, b0, b1 }) => {
    const pages = Math.ceil((Math.min(b1 * BLOCK, plate.data_pages) - b0 * BLOCK) / most) * most
    return [plate.data_start + b0 * BLOCK, plate.data_start + b0 * BLOCK + pages]
  })
  const tags = ranges.filter(({ plate }) => plate.served).map(({ plate, b0, b1 }) =>
    [plate.tag_start + b0 * PER_BLOCK, plate.tag_start + Math.min(b1 * PER_BLOCK, plate.tag_pages)])
  const query = (at, pairs) => `level=${at}&layer=${layer}${pairs.map(([a, b]) => `&start=${a}&end=${b}`).join("")}`
  return [query(level, data), tags.length ? query(level === "block" ? "row" : "page", tags) : null]
}
