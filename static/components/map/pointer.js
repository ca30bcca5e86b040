// Wheel, drag, pinch, click and double click on the map.
import { select } from "../../selection.js"

const SLIP = 4 // px that a click may move

export class MapPointer {
  constructor(map) {
    this.map = map
    this.down = new Map() // pointers that are pressed, by id
    this.moved = 0
    const canvas = map.over.canvas
    map.on(canvas, "wheel", e => this.wheel(e), { passive: false })
    map.on(canvas, "pointerdown", e => this.press(e))
    map.on(canvas, "pointermove", e => this.move(e))
    for (const type of ["pointerup", "pointercancel"]) map.on(canvas, type, e => this.release(e))
    map.on(canvas, "dblclick", e => this.twice(e))
  }

  // outwards at machine level the wheel scrolls the page, as everywhere
  wheel(e) {
    const { camera } = this.map
    if (!e.ctrlKey && camera.fit && e.deltaY > 0) return
    e.preventDefault()
    const { x, y } = this.map.at(e), step = e.deltaMode === 1 ? e.deltaY * 16 : e.deltaY
    if (e.shiftKey && !camera.fit) this.pan(camera.u + step / camera.su, camera.v)
    else this.map.zoom(Math.exp(-Math.max(-300, Math.min(300, step)) * .0016), x, y)
  }

  press(e) {
    const { x, y } = this.map.at(e), { camera } = this.map
    this.down.set(e.pointerId, { x, y })
    if (this.down.size === 1) this.moved = 0
    this.grip = { x, y, u: camera.u, v: camera.v }
    this.spread = this.span()
  }

  // px between two fingers, 0 with fewer
  span() {
    const [a, b] = [...this.down.values()]
    return b ? Math.hypot(a.x - b.x, a.y - b.y) : 0
  }

  move(e) {
    if (!this.down.has(e.pointerId)) return
    const { map } = this, { camera } = map, { x, y } = map.at(e)
    this.down.set(e.pointerId, { x, y })
    this.moved = Math.max(this.moved, Math.hypot(x - this.grip.x, y - this.grip.y))
    if (this.down.size === 2) this.pinch()
    else if (!camera.fit && this.moved > SLIP) {
      map.over.canvas.setPointerCapture(e.pointerId)
      this.pan(this.grip.u - (x - this.grip.x) / camera.su, this.grip.v - (y - this.grip.y) / camera.sv)
    }
  }

  pinch() {
    const [a, b] = [...this.down.values()], now = this.span()
    if (this.spread > 20 && now > 20) this.map.zoom(now / this.spread, (a.x + b.x) / 2, (a.y + b.y) / 2)
    this.spread = now
    this.moved = SLIP + 1
  }

  pan(u, v) {
    const { camera } = this.map
    Object.assign(camera, { u, v })
    camera.place()
    this.map.moved()
  }

  release(e) {
    const click = this.down.delete(e.pointerId) && e.type === "pointerup" && this.moved <= SLIP && this.down.size === 0
    if (click) this.choose(this.map.at(e).hit)
    const [rest] = this.down.values()
    if (rest) this.grip = { ...rest, u: this.map.camera.u, v: this.map.camera.v }
  }

  // a poured pageblock has no pages to point at
  choose(hit) {
    if (!hit) return select()
    const poured = this.map.camera.level === 0 && !hit.tag
    select(poured ? { block: hit.plate.data_start + hit.block * 512 } : { pfn: hit.pfn })
  }

  twice(e) {
    const { x, y } = this.map.at(e)
    this.map.zoom(2.4, x, y)
  }
}

