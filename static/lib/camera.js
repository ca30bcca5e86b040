// From pfns to pixels and back. At fit the plates wrap into bands; zoomed they stand in one band with a window on it.
import { GRAN, PER_BLOCK } from "./plates.js"
import { fitted, zoomed } from "./bands.js"
const clamp = (x, a, b) => Math.max(a, Math.min(b, x))

export const LEVELS = ["machine", "zone", "pageblock", "page"]
const FITS = 1.02, ABOVE = 1.03 // zoom up to which the whole machine is shown, and the first above
const PAGE = { w: 84, h: 34 } // px of a page at the deepest zoom

export class Camera {
  constructor(plates) {
    this.plates = plates
    this.list = /** @type {any[]} */ ([])
    this.height = 0
    this.z = 1 // how deep, and the corner of the window in page columns and page rows
    this.u = this.v = 0
  }

  // box: w, key, land, strip (px of a single band), head, head2, coast, foot, gap, min (px a column), maxBands,
  // phone, tall
  resize(box) {
    this.box = box
    this.bands = fitted(this.plates, box)
    const last = this.bands.at(-1)
    this.height = last.stripY + last.stripH + box.foot
    this.fitU = last.su
    this.fitV = last.landH / this.plates.rows
    let x = 0
    this.u0 = this.plates.plates.map(p => {
      const u = x
      x += p.columns * PER_BLOCK + box.gap / this.fitU
      return u
    })
    this.U = x - box.gap / this.fitU
    this.base = box.w / this.U
    this.zmax = Math.max(2, PAGE.w / this.base * ABOVE)
    this.place()
  }

  // columns that stand as one where the whole machine is in view: 1 up to 16 GiB, then 2, 4, ...
  get merge() {
    let columns = 1
    if (this.fit && this.plates.P > 1 && PER_BLOCK * this.fitU < this.box.min / 2) {
      while (columns < 16 && columns * PER_BLOCK * this.fitU < this.box.min) columns *= 2
    }
    return columns
  }

  get fit() { return this.z < FITS }
  get su() { return this.fit ? this.fitU : this.base * Math.max(1, this.z / ABOVE) }
  // rows grow a little faster than columns, so that both reach the size of a page together
  get sv() { return this.fit ? this.fitV : this.land / this.plates.rows * this.z ** this.faster }
  get faster() { return Math.log(PAGE.h / (this.land / this.plates.rows)) / Math.log(this.zmax) }
  // heights of the one band when zoomed
  get strip() { return Math.max(this.bands[0].stripH, Math.min(96, this.box.strip)) }
  get land() { return this.height - this.box.head - this.box.coast - this.strip - this.box.foot }
  get visU() { return this.box.w / this.su }
  get visV() { return this.fit ? this.plates.rows : this.land / this.sv }
  get v0() { return this.fit ? 0 : this.v }
  // first row of pageblocks in view, and how many: the strip divides its height among them
  get span() { return this.fit ? [0, this.plates.P] : [this.v / GRAN, this.visV / GRAN] }

  // keep the window on the machine, and lay out what it shows
  place() {
    this.z = clamp(this.z, 1, this.zmax)
    if (!this.fit && this.plates.P > 1 && this.su < this.fitU) this.z = 1 // bands show more than one narrow band would
    this.u = clamp(this.u, 0, Math.max(0, this.U - this.visU))
    this.v = clamp(this.v, 0, Math.max(0, this.plates.rows - this.visV))
    this.list = this.fit ? this.bands : [zoomed(this)]
  }

  // 0: poured pageblocks; 1: each page column a mixture of its 32 pages; 2: true pages; 3: pages with words
  get level() {
    if (this.fit) return !this.plates.small || this.su < 2.4 ? 0 : this.sv >= 2.4 ? 2 : 1
    if (this.sv >= 24 && this.su >= 56) return 3
    return this.su < 2.4 ? 0 : this.sv < 3.4 || this.su < 4.4 ? 1 : 2
  }
  // what the level is called; `mini` has its true pages on screen even when all of it is
  get name() { return LEVELS[this.fit ? 0 : this.level] }

  find(plate, col) {
    for (const b of this.list) for (const s of b.segs) {
      if (s.plate === plate && col >= s.c0 && col < s.c1) return { b, s, x: s.x + (col - s.c0) * PER_BLOCK * this.su }
    }
    return null
  }

  tile(plate, block) {
    const { col, r } = this.plates.place(block), f = this.find(plate, col)
    const w = PER_BLOCK * this.su, h = GRAN * this.sv, y = f.b.dataY + r * h - this.v0 * this.sv
    const gx = clamp(w * .08, 1, 9), gy = h > 5 ? clamp(h * .06, 1, 7) : h > 3 ? .6 : 0
    const head = h > 300 && w > 200 ? 20 : 0 // room for the name of the pageblock
    return { b: f.b, s: f.s, x: f.x, y: y + gy / 2 + head, w: w - gx, h: h - gy - head, oy: y, oh: h, head, col, r }
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

  // where a tag page stands in the strip; h is 0 when its row of pageblocks is out of view
  stripCell(g) {
    const q = this.column(g), [first, n] = this.span, b = q.t.b, h = b.stripH / n
    const gap = n > 1 ? Math.min(3, h * .08) : 0
    const y = b.stripY + (q.t.r - first) * h, top = clamp(y, b.stripY, b.stripY + b.stripH)
    const end = clamp(y + h, b.stripY, b.stripY + b.stripH)
    return { ...q, y: top + gap / 2, h: Math.max(0, end - top - gap) }
  }

  // what lies at x, y; null between things
  at(x, y) {
    if (x < 0 || x >= this.box.w) return null
    for (const b of this.list) {
      const strip = y >= b.stripY - 3 && y < b.stripY + b.stripH + 3
      if (!strip && (y < b.dataY || y >= b.dataY + b.landH)) continue
      for (const s of b.segs) if (x >= s.x && x < s.x + s.w) return this.hit(b, s, x, y, strip)
    }
    return null
  }

  hit(b, s, x, y, strip) {
    const P = this.plates.P, col = s.c0 + Math.floor((x - s.x) / (PER_BLOCK * this.su)), [first, n] = this.span
    const deep = strip ? first + clamp((y - b.stripY) / b.stripH, 0, .9999) * n
      : (y - b.dataY + this.v0 * this.sv) / (GRAN * this.sv)
    const r = Math.floor(deep), block = col * P + r
    if (r >= P || block >= s.plate.blocks || strip && !s.plate.served) return null
    const t = this.tile(s.plate, block), c = clamp(Math.floor((x - t.x) / t.w * 16), 0, 15), i = block * 16 + c
    const k = clamp(Math.floor((y - t.y) / t.h * 32), 0, 31)
    const pfn = strip ? s.plate.tag_start + i : s.plate.data_start + i * 32 + k
    if (pfn >= (strip ? s.plate.tagEnd : s.plate.end)) return null
    return { plate: s.plate, block, g: s.plate.g0 + i, tag: strip, pfn }
  }

  // columns and rows of pageblocks in view: [plate, first column, last, first row, last], ends excluded
  get view() {
    const [first, n] = this.span, r0 = Math.floor(first + 1e-6)
    const r1 = Math.min(this.plates.P, Math.ceil(first + n - 1e-6))
    const wide = PER_BLOCK * this.su, out = []
    for (const b of this.list) for (const s of b.segs) {
      const c0 = Math.max(s.c0, s.c0 + Math.floor(-s.x / wide))
      const c1 = Math.min(s.c1, s.c0 + Math.ceil((this.box.w - s.x) / wide))
      if (c0 < c1) out.push({ b, s, plate: s.plate, c0, c1, r0, r1 })
    }
    return out
  }

  // zoom by a factor, with what lies at x, y staying there
  zoomAt(x, y, factor) {
    const hit = this.fit && factor > 1 ? this.at(x, y) : null
    if (this.fit && factor > 1) return this.enter(hit, x, y, factor)
    const U = this.u + x / this.su, V = this.v + (y - this.box.head) / this.sv
    this.z = clamp(this.z * factor, 1, this.zmax)
    this.place()
    if (this.fit) return
    this.u = U - x / this.su
    this.v = V - (y - this.box.head) / this.sv
    this.place()
  }

  // from bands into the one band: what lay under the pointer stays under it
  enter(hit, x, y, factor) {
    const pfn = hit?.pfn ?? this.plates.plates[0].data_start, deep = (y - this.box.head) / this.land
    this.look(pfn, Math.max(ABOVE, factor * this.fitU / this.base * ABOVE), x / this.box.w, clamp(deep, 0, 1))
  }

  // bring a page to a place of the window, at this zoom
  look(pfn, z, fx = .5, fy = .5) {
    const L = this.plates, g = L.row(pfn), p = L.plateOf(pfn), i = g - p.g0, { col, r } = L.place(i >> 4)
    this.z = clamp(z, 1, this.zmax)
    this.u = this.u0[p.i] + col * PER_BLOCK + (i & 15) + .5 - this.visU * fx
    this.v = r * GRAN + (L.isTag(pfn) ? 16 : (pfn - p.data_start) & 31) + .5 - this.visV * fy
    this.place()
  }

  // the zoom at which a level begins to be itself
  zoomOf(level) {
    if (level === "machine") return 1
    if (level === "page") return this.zmax
    const lands = this.land / this.plates.rows, wide = w => w / this.base * ABOVE
    const tall = h => (h / lands) ** (1 / this.faster) // the zoom at which a row is h px high
    if (level === "zone") return Math.max(ABOVE, Math.min(wide(3.4), Math.max(wide(2.5), tall(3))))
    return Math.min(this.zmax * .55, Math.max(ABOVE, wide(22), tall(3.5)))
  }
}
