// What the map and the figures are told: the counts of one frame, in the places of the map.
import { KINDS, TAGGED, TAGS, PINNED } from "./states.js"
import { GRAN } from "./plates.js"
import { STRIP } from "./wire.js"

export class World {
  constructor(plates, map, frame, rules) {
    this.plates = plates
    this.blocks = map.blocks
    this.strip = map.strip
    this.pages = map.pages
    this.frame = frame
    this.rules = rules
    this.sums = plates.plates.map(p => this.sum(map, p))
    this.pinnedTags = /** @type {Set<number> | null} */ (null)
    if (this.pages) this.count()
  }

  // pages of each kind in the data of a plate
  sum(map, p) {
    const total = new Array(KINDS).fill(0)
    for (let i = p.b0 * KINDS; i < (p.b0 + p.blocks) * KINDS; i++) total[(i - p.b0 * KINDS) % KINDS] += map.blocks[i]
    return total
  }

  // small machines: counts of each row of 32 pages, and the byte of each tag page
  count() {
    this.rows = new Uint8Array(this.plates.rowCount * KINDS)
    this.tag = new Uint8Array(this.plates.rowCount)
    for (const p of this.plates.plates) {
      for (let i = 0; i < p.data_pages; i++) this.rows[(p.g0 + (i >> 5)) * KINDS + (this.pages[p.off + i] & 0x7f)]++
      for (let i = 0; i < p.tag_pages; i++) this.tag[p.g0 + i] = this.pages[p.tagOff + i]
    }
  }

  // small machines only
  tagged(g) { return this.rows[g * KINDS + TAGGED] }
  kind(pfn) { return this.pages[this.plates.index(pfn)] & 0x7f }

  // one column of tag storage
  bar(plate, col) {
    const at = (plate.c0 + col) * STRIP, c = this.strip.subarray(at, at + KINDS)
    const full = Math.min(c[TAGS], this.strip[at + KINDS] / GRAN)
    return { c, full, pins: this.strip[at + KINDS + 1], n: c.reduce((a, b) => a + b, 0) || 1 }
  }

  // whether the tag page of this row is pinned
  pinned(g) {
    if (this.pages) return Boolean(this.tag[g] & PINNED)
    this.pinnedTags ??= new Set(this.frame.pins.filter(pin => pin.tag).map(pin => pin.pfn))
    return this.pinnedTags.has(this.plates.tagPage(g))
  }
}
