// Where memory lies on the map, from the geometry of the run. A plate is one tag region: its data above, the tag
// storage that serves it straight below. A column is P pageblocks of data on the P x 16 tag pages that serve them;
// inside a pageblock a page column is 32 pages on one tag page.
export const BLOCK = 512, GRAN = 32, PER_BLOCK = 16

export class Plates {
  constructor({ P, small, plates }) {
    Object.assign(this, { P, small, rows: P * GRAN, plates: [], pages: 0, rowCount: 0, blockCount: 0, columns: 0 })
    for (const plate of plates) this.add(plate)
  }

  add(plate) {
    const rows = Math.ceil(plate.data_pages / GRAN), blocks = Math.ceil(plate.data_pages / BLOCK)
    this.plates.push({
      ...plate, blocks, i: this.plates.length, served: plate.tag_pages > 0,
      off: this.pages, tagOff: this.pages + plate.data_pages, g0: this.rowCount, b0: this.blockCount, c0: this.columns,
      end: plate.data_start + plate.data_pages, tagEnd: plate.tag_start + plate.tag_pages,
    })
    this.pages += plate.data_pages + plate.tag_pages
    this.rowCount += rows
    this.blockCount += blocks
    this.columns += plate.columns
  }

  plateOf(pfn) { return this.plates.find(p => inData(p, pfn) || inTags(p, pfn)) }
  isTag(pfn) { const p = this.plateOf(pfn); return Boolean(p) && !inData(p, pfn) }

  // index of a pfn among the pages of the wire, -1 if there is no such page on the map
  index(pfn) {
    const p = this.plateOf(pfn)
    if (!p) return -1
    return inData(p, pfn) ? p.off + pfn - p.data_start : p.tagOff + pfn - p.tag_start
  }

  // the row of 32 pages, and so the tag page, that a pfn belongs to; counted over the whole machine
  row(pfn) {
    const p = this.plateOf(pfn)
    return p.g0 + (inData(p, pfn) ? (pfn - p.data_start) >> 5 : pfn - p.tag_start)
  }
  plateOfRow(g) { return this.plates.findLast(p => p.g0 <= g) }
  tagPage(g) { const p = this.plateOfRow(g); return p.served ? p.tag_start + g - p.g0 : -1 }
  firstData(g) { const p = this.plateOfRow(g); return p.data_start + (g - p.g0) * GRAN }

  // rows whose tags live and die together: block size 1 is one row, block size 2 two
  unit(g) {
    const p = this.plateOfRow(g), size = p.block || 1, first = g - (g - p.g0) % size
    return Array.from({ length: size }, (_, k) => first + k)
  }
  place(block) { return { col: Math.floor(block / this.P), r: block % this.P } }

  // where the arrows take the cursor: a page, or the row beside it; null where the map ends
  step(pfn, key) {
    const wide = this.isTag(pfn) ? 1 : GRAN
    const to = pfn + { ArrowDown: 1, ArrowUp: -1, ArrowRight: wide, ArrowLeft: -wide }[key]
    return this.plateOf(to) ? to : null
  }

  // from a page to its tag page, from a tag page to the first page it serves; null outside every region
  across(pfn) {
    const p = this.plateOf(pfn)
    if (!p?.served) return null
    return this.isTag(pfn) ? this.firstData(this.row(pfn)) : this.tagPage(this.row(pfn))
  }
}

const inData = (p, pfn) => pfn >= p.data_start && pfn < p.end
const inTags = (p, pfn) => p.served && pfn >= p.tag_start && pfn < p.tagEnd

// Bands: where columns would be narrower than `min` px the plates wrap, each band with its own strip of tag storage.
export function bands(plates, width, min, max) {
  const all = plates.plates, n = Math.max(1, Math.min(max, Math.ceil(plates.columns * min / width)))
  if (n === 1) return [all.map(whole)]
  return all.length > 1 ? shareOut(all, plates.columns, n) : cut(all[0], 2 ** Math.ceil(Math.log2(n)))
}

const whole = plate => ({ plate, c0: 0, c1: plate.columns })

// whole plates, so that the bands are about equally wide
function shareOut(all, columns, n) {
  const out = [[]], goal = columns / Math.min(n, all.length)
  let sum = 0
  for (const plate of all) {
    const full = out.at(-1).length > 0 && sum + plate.columns / 2 > goal * out.length && out.length < n
    if (full) out.push([])
    out.at(-1).push(whole(plate))
    sum += plate.columns
  }
  return out
}

function cut(plate, n) {
  const per = Math.ceil(plate.columns / n)
  const pieces = Array.from({ length: n }, (_, k) => k * per).filter(c0 => c0 < plate.columns)
  return pieces.map(c0 => [{ plate, c0, c1: Math.min(plate.columns, c0 + per) }])
}
