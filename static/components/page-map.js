// <page-map>: the canvas of the whole machine, and what is under the pointer or the cursor. The picture and what lies
// on top of it (hover, refusal) are two canvases: pointing does not draw the machine again.
import { Piece, define, px } from "./piece.js"
import { run, tell } from "../run.js"
import { Camera } from "../lib/camera.js"
import { nf } from "../lib/format.js"
import { palette } from "./map/palette.js"
import { paintLand } from "./map/paint-land.js"
import { paintNames } from "./map/paint-names.js"
import { paintLink } from "./map/paint-link.js"
import { MapCursor } from "./map/cursor.js"

const MARGIN = 3 // px left of the first column, for the frame of the strip

class PageMap extends Piece {
  static on = ["frame", "theme", "part"]

  setup() {
    this.camera = new Camera(run.plates)
    this.land = this.$("canvas.land").getContext("2d")
    this.over = this.$("canvas.over").getContext("2d")
    this.cursor = new MapCursor(this)
    this.hear("frame", () => this.cursor.again())
    this.hear("theme", () => { this.palette = null })
  }

  draw() {
    this.camera.resize(this.box())
    this.palette ??= palette(this.land, run.policy)
    this.fit(this.land)
    this.fit(this.over)
    paintLand(this)
    paintNames(this)
    this.drawOver()
    this.$("[data-where]").textContent = `${nf(run.plates.pages)} pages, ${run.meta.layout}`
  }

  // sizes of the map; tokens say how tall, the width says how dense
  box() {
    const W = this.clientWidth, small = W < 600, large = W > 900, key = px("map-key"), { P } = run.plates
    const tall = this.closest(".alone") ? 1.3 : 1
    return {
      w: W - key - 4, key, land: px("map-land") * tall, strip: px("map-strip") * tall,
      head: (large ? 44 : 36) + (px("t-note") > 15 ? 7 : 0), head2: 22, coast: large ? 29 : 23,
      foot: small ? 18 : 24, gap: small ? 8 : 30, min: P > 1 ? (small ? 10 : 8) : 16 * px("map-min"),
      maxBands: small ? 8 : P > 1 ? 4 : 2, phone: small, tall: small && P > 1,
    }
  }

  fit(context) {
    const { camera } = this, canvas = context.canvas, d = devicePixelRatio || 1
    const w = Math.round((camera.box.w + camera.box.key + 4) * d), h = Math.round(camera.height * d)
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w
      canvas.height = h
      canvas.style.height = `${camera.height}px`
    }
    context.setTransform(d, 0, 0, d, MARGIN * d, 0)
    context.clearRect(-MARGIN, 0, w, h)
  }

  // what lies on top: the page that was refused, the page under the pointer
  drawOver() {
    this.fit(this.over)
    const refused = run.frame.refused
    if (refused && run.plates.plateOf(refused.pfn)) paintLink(this, this.over, refused.pfn, "refused")
    if (this.cursor.pfn !== null) paintLink(this, this.over, this.cursor.pfn, "hover")
  }

  at(e) {
    const box = this.over.canvas.getBoundingClientRect()
    const [x, y] = [e.clientX - box.left - MARGIN, e.clientY - box.top]
    return { x, y, hit: this.camera.at(x, y) }
  }

  point(pfn) {
    this.drawOver()
    tell("hover", pfn)
  }
}
define("page-map", PageMap)
