// From pfns to pixels and back, at machine level: the whole machine, in one band or several.
import { bands, GRAN, PER_BLOCK } from "./plates.js"
const clamp = (x, a, b) => Math.max(a, Math.min(b, x))

export class Camera {
  constructor(plates) { Object.assign(this, { plates, list: [], height: 0 }) }

  // box: w, key, land, strip (px of a single band), head, head2, coast, foot, gap, min (px a column), maxBands,
  // phone, tall
  resize(box) {
    this.box = box
    const parts = bands(this.plates, box.w, box.min, box.maxBands), n = parts.length
    const split = n > 1 && parts[1][0].plate === parts[0][0].plate
    const [land, strip] = heights(box, n, split)
    const widest = Math.max(...parts.map(band => band.reduce((sum, s) => sum + s.c1 - s.c0, 0)))
    const gaps = Math.max(...parts.map(band => band.length - 1))
    this.su = (box.w - gaps * box.gap) / (widest * PER_BLOCK)
    this.sv = land / this.plates.rows
    let y = 0
    this.list = parts.map((segments, i) => {
      const head = i && split ? box.head2 : box.head, coast = i && split ? 9 : box.coast
      const stripY = y + head + land + coast
      const band = this.band(segments, { y, dataY: y + head, landH: land, stripY, stripH: strip })
      y = band.stripY + strip + box.foot
      return band
    })
    this.height = y
  }

  band(segments, band) {
    let x = 0
    band.segs = segments.map(s => {
      const placed = { ...s, x, w: (s.c1 - s.c0) * PER_BLOCK * this.su }
      x += placed.w + this.box.gap
      return placed
    })
    return band
  }

  // 0: poured pageblocks; 1: each page column a mixture of its 32 pages; 2: true pages
  get level() { return !this.plates.small || this.su < 2.4 ? 0 : this.sv >= 2.4 ? 2 : 1 }

  find(plate, col) {
    for (const b of this.list) for (const s of b.segs) {
      if (s.plate === plate && col >= s.c0 && col < s.c1) return { b, s, x: s.x + (col - s.c0) * PER_BLOCK * this.su }
    }
    return null
  }

  tile(plate, block) {
    const { col, r } = this.plates.place(block), f = this.find(plate, col)
    const w = PER_BLOCK * this.su, h = GRAN * this.sv, y = f.b.dataY + r * h
    const gx = clamp(w * .08, 1, 9), gy = h > 5 ? clamp(h * .06, 1, 7) : h > 3 ? .6 : 0
    return { b: f.b, s: f.s, x: f.x, y: y + gy / 2, w: w - gx, h: h - gy, col, r }
  }

  // the page column of a row of 32 pages
  column(g) {
    const p = this.plates.plateOfRow(g), i = g - p.g0, t = this.tile(p, i >> 4)
    return { t, p, x: t.x + (i & 15) * t.w / 16, y: t.y, w: t.w / 16, h: t.h }
  }

  cell(pfn) {
    const q = this.column(this.plates.row(pfn)), r = this.plates.isTag(pfn) ? 0 : (pfn - q.p.data_start) & 31
    return { ...q, y: q.t.y + r * q.t.h / 32, h: q.t.h / 32 }
  }

  // where a tag page stands in the strip
  stripCell(g) {
    const q = this.column(g), n = this.plates.P, b = q.t.b, h = b.stripH / n, gap = n > 1 ? Math.min(3, h * .08) : 0
    return { ...q, y: b.stripY + q.t.r * h + gap / 2, h: Math.max(0, h - gap) }
  }

  // what lies at x, y; null between things
  at(x, y) {
    for (const b of this.list) {
      const strip = y >= b.stripY - 3 && y < b.stripY + b.stripH + 3
      if (!strip && (y < b.dataY || y >= b.dataY + b.landH)) continue
      for (const s of b.segs) if (x >= s.x && x < s.x + s.w) return this.hit(b, s, x, y, strip)
    }
    return null
  }

  hit(b, s, x, y, strip) {
    const P = this.plates.P, col = s.c0 + Math.floor((x - s.x) / (PER_BLOCK * this.su))
    const deep = strip ? clamp((y - b.stripY) / b.stripH, 0, .9999) * P : (y - b.dataY) / (GRAN * this.sv)
    const block = col * P + Math.floor(deep)
    if (block >= s.plate.blocks || strip && !s.plate.served) return null
    const t = this.tile(s.plate, block), c = clamp(Math.floor((x - t.x) / t.w * 16), 0, 15), i = block * 16 + c
    const k = clamp(Math.floor((y - t.y) / t.h * 32), 0, 31)
    const pfn = strip ? s.plate.tag_start + i : s.plate.data_start + i * 32 + k
    if (pfn >= (strip ? s.plate.tagEnd : s.plate.end)) return null
    return { plate: s.plate, block, g: s.plate.g0 + i, tag: strip, pfn }
  }
}

// px of data and of tag storage in each of n bands
function heights(box, n, split) {
  if (n === 1 || box.tall) return [box.land, box.strip]
  if (box.phone) return [66, 30]
  const cost = split ? 56 : box.head + box.coast - 8
  const land = Math.round((box.land + box.strip - (n - 1) * cost) / n * .72)
  return [land, Math.round(land * .38)]
}
