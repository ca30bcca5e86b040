// The whole machine, small, while the map shows a part of it: what is in view is framed; press or drag to go there.
import { GRAN, PER_BLOCK } from "../../lib/plates.js"
import { FREE, KERNEL, KINDS, TAGGED, UNMOV } from "../../lib/states.js"

const HEIGHT = 52, LAND = 42, STRIP = [46, 5]

export class Minimap {
  constructor(map) {
    this.map = map
    this.box = map.$(".mini")
    this.canvas = map.$(".mini canvas")
    map.on(this.canvas, "pointerdown", e => this.press(e))
    map.on(this.canvas, "pointermove", e => { if (e.buttons) this.press(e) })
  }

  get scale() {
    const { camera } = this.map
    return { su: this.canvas.clientWidth / camera.U, sv: LAND / camera.plates.rows }
  }

  press(e) {
    const r = this.canvas.getBoundingClientRect(), { su, sv } = this.scale, { camera } = this.map
    camera.u = (e.clientX - r.left) / su - camera.visU / 2
    camera.v = (e.clientY - r.top) / sv - camera.visV / 2
    camera.place()
    this.map.moved()
  }

  draw() {
    const { camera, palette: { c } } = this.map
    this.box.hidden = camera.fit || camera.box.key < 60
    if (this.box.hidden) return
    const d = devicePixelRatio || 1, W = this.canvas.clientWidth, x = this.canvas.getContext("2d")
    this.canvas.width = W * d
    this.canvas.height = HEIGHT * d
    this.canvas.style.height = `${HEIGHT}px`
    x.scale(d, d)
    this.land(x, c)
    this.window(x, c)
  }

  land(x, c) {
    const { camera } = this.map, { plates } = camera, { su, sv } = this.scale, rows = GRAN * sv
    for (const p of plates.plates) {
      for (let block = 0; block < p.blocks; block++) {
        const { col, r } = plates.place(block)
        x.fillStyle = c[main(this.map.run.world.blocks, (p.b0 + block) * KINDS)]
        x.fillRect((camera.u0[p.i] + col * PER_BLOCK) * su, r * rows, PER_BLOCK * su - .3, rows)
      }
      x.fillStyle = c.tags
      if (p.served) x.fillRect(camera.u0[p.i] * su, STRIP[0], p.columns * PER_BLOCK * su, STRIP[1])
    }
  }

  window(x, c) {
    const { camera } = this.map, { su, sv } = this.scale, { rows } = camera.plates
    const w = Math.max(5, camera.visU * su - 2), h = Math.max(4, Math.min(rows, camera.visV) * sv - 2)
    for (const [colour, width] of [[c.paper, 4], [c.ink, 1.6]]) {
      x.strokeStyle = colour
      x.lineWidth = width
      x.strokeRect(camera.u * su + 1, camera.v * sv + 1, w, h)
    }
  }
}

// one colour a pageblock: too small here for a mixture
function main(counts, o) {
  if (counts[o + TAGGED] > 200) return "tagged"
  if (counts[o + FREE] > 256) return "free"
  return counts[o + UNMOV] + counts[o + KERNEL] > 256 ? "kernel" : "anon"
}
