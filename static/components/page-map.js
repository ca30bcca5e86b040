// <page-map>: the canvas of memory at any zoom, and what is under the pointer or the cursor. The picture and what lies
// on top of it (hover, selection, numbers of the story) are two canvases: pointing does not draw the machine again.
import { Piece, define, px } from "./piece.js"
import { selection, opened, remember } from "../selection.js"
import { Camera, LEVELS } from "../lib/camera.js"
import { CLASSES, LAYERS, classOf } from "../lib/layers.js"
import { hex } from "../lib/format.js"
import { mixed } from "../lib/mixed.js"
import { palette } from "./map/palette.js"
import { lookOf } from "./map/looks.js"
import { paintLand } from "./map/paint-land.js"
import { paintNames } from "./map/paint-names.js"
import { paintOver } from "./map/paint-over.js"
import { Feed } from "./map/feed.js"
import { MapCursor } from "./map/cursor.js"
import { MapPointer } from "./map/pointer.js"
import { MapTools } from "./map/tools.js"
import { Minimap } from "./map/minimap.js"
import { inView } from "./map/in-view.js"

const LABEL_EVERY = 500 // ms
const MARGIN = 3 // px left of the first column, for the frame of the strip

class PageMap extends Piece {
  static on = ["frame", "theme", "part", "select"]
  static urgent = true

  setup() {
    this.camera = new Camera(this.run.plates)
    this.feed = new Feed(this)
    this.layer = LAYERS.includes(opened.layer) ? opened.layer : "state"
    this.only = null // class of the layer that is singled out
    this.land = this.$("canvas.land").getContext("2d")
    this.over = this.$("canvas.over").getContext("2d")
    this.cursor = new MapCursor(this)
    this.pointer = new MapPointer(this)
    this.tools = new MapTools(this)
    this.minimap = new Minimap(this)
    this.hear("frame", () => this.cursor.again())
    this.hear("theme", () => { this.palette = null })
    this.hear("show", what => this.show(what))
    this.hear("select", () => this.remember())
  }

  draw() {
    this.camera.resize(this.box())
    if (opened.level) this.open()
    this.paint()
  }

  // the picture, at most once per picture of the browser
  paintSoon() {
    this.soon ??= requestAnimationFrame(() => {
      this.soon = undefined
      if (this.run.world && this.isConnected) this.paint()
    })
  }

  paint() {
    this.palette ??= palette(this.land, this.run.rules)
    this.memory = this.feed.memory(this.layer, CLASSES[this.layer])
    const { processes } = this.run.meta, { pid } = selection
    this.shown = this.layer === "owner" && pid ? classOf(processes, pid) : this.only
    this.look = lookOf(this.layer, this.palette, { part: this.run.part, only: this.shown, processes })
    this.fit(this.land)
    this.tally = paintLand(this)
    paintNames(this)
    this.minimap.draw()
    this.drawOver()
    this.tools.show()
    this.label()
    if (this.feed.want(this.memory, this.camera) && this.camera.level >= 2) this.feed.want(this.types(), this.camera)
  }

  // what is in view, for those who do not see it; at most twice a second, since nobody reads faster
  label() {
    this.later ??= setTimeout(() => {
      this.later = undefined
      this.land.canvas.setAttribute("aria-label", inView(this))
    }, LABEL_EVERY)
  }

  // the migratetypes of the pageblocks whose names are on the map
  types() { return this.feed.memory("migratetype", CLASSES.migratetype) }

  // sizes of the map; tokens say how tall, the width says how dense
  box() {
    const W = this.width, small = W < 600, large = W > 900, key = px("map-key"), { P } = this.run.plates
    const tall = this.closest(".alone") ? 1.3 : 1
    return {
      w: W - key - 4, key, land: px("map-land") * tall, strip: px("map-strip") * tall,
      head: (large ? 44 : 36) + (px("t-note") > 15 ? 7 : 0), head2: 22, coast: large ? 29 : 23,
      foot: small ? 18 : 24, gap: small ? 8 : 30, min: P > 1 ? (small ? 10 : 8) : 16 * px("map-min"),
      // more than four bands would hold: rather two, whose columns then stand together
      maxBands: small ? 8 : P > 1 && this.run.plates.columns * 8 <= 4 * W ? 4 : 2, phone: small, tall: small && P > 1,
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

  drawOver() {
    this.fit(this.over)
    paintOver(this)
  }

  at(e) {
    const box = this.over.canvas.getBoundingClientRect()
    const [x, y] = [e.clientX - box.left - MARGIN, e.clientY - box.top]
    return { x, y, hit: this.camera.at(x, y) }
  }

  point(pfn) {
    this.drawOver()
    this.run.tell("hover", pfn)
  }

  // the camera has moved
  moved() {
    this.cursor.hide()
    this.remember()
    this.paintSoon()
  }

  zoom(factor, x = this.camera.box.w / 2, y = this.camera.height / 3) {
    this.camera.zoomAt(x, y, factor)
    this.moved()
  }

  // a level, around what is selected, else what the story tells, else the middle of what is in view
  go(level, at = this.focus()) {
    const { camera } = this, { plates } = this.run
    if (level === "machine") camera.z = 1, camera.place()
    else {
      const pfn = plates.isTag(at) ? plates.firstData(plates.row(at)) : at
      camera.look(pfn, camera.zoomOf(level), .38, level === "page" ? .22 : .5)
    }
    this.moved()
  }

  focus() {
    const stops = this.run.frame.story?.stops ?? [], told = stops.find(s => s.bad) ?? stops[0] ?? this.run.frame.refused
    const wanted = [selection.pfn ?? selection.block, this.camera.fit ? null : this.centre(), told?.pfn]
    return wanted.find(pfn => typeof pfn === "number" && this.run.plates.plateOf(pfn)) ?? mixed(this.run)
  }

  centre() {
    const { box, land } = this.camera
    for (const x of [.5, .45, .55, .25, .75]) {
      const hit = this.camera.at(box.w * x, box.head + land / 2)
      if (hit) return hit.pfn
    }
    return null
  }

  show({ pfn, level = "pageblock", layer }) {
    if (layer) this.layer = layer
    if (this.run.plates.plateOf(pfn)) this.go(level, pfn)
    else this.go("machine")
    this.scrollIntoView({ block: "nearest" })
  }

  open() {
    const { level, at } = opened
    opened.level = null
    if (LEVELS.includes(level)) this.go(level, this.run.plates.plateOf(at) ? at : this.focus())
  }

  remember() {
    const { fit, name } = this.camera, centre = fit ? null : this.centre()
    const layer = this.layer === "state" ? null : this.layer
    remember({ level: fit ? null : name, at: centre === null ? null : hex(centre), layer })
  }

  // what is on the screen, for the tests: level, op, pages by class in data and tag storage, their pfns
  drawn() {
    const { camera, tally, memory, layer } = this, plan = memory.plan(camera)
    return {
      level: camera.name, layer, op: this.run.frame.op,
      settled: !this.soon && !this.later && !tally.coarse && (!plan || memory.has(plan, this.run.frame.op)),
      data: tally.data, tags: tally.tags, dataPfns: tally.dataPfns, tagsPfns: tally.tagsPfns,
    }
  }
}
define("page-map", PageMap)
