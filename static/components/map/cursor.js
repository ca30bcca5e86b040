// The pointer and the keyboard cursor of the map, and the words about the page under it: the server's, one request for
// a page that stays under the pointer for a moment, kept until the run moves.
import { run } from "../../run.js"

const PAUSE = 70 // ms under the pointer before the server is asked
const KEPT = 200 // answers

export class MapCursor {
  constructor(map) {
    Object.assign(this, { map, pfn: null, answers: new Map(), op: -1, place: { x: 0, y: 0 } })
    this.tip = map.$(".tip")
    this.spoken = map.$("[aria-live]")
    const canvas = map.over.canvas
    map.on(canvas, "pointermove", e => this.move(e))
    map.on(canvas, "pointerdown", e => this.move(e))
    map.on(canvas, "pointerleave", () => this.go(null))
    map.on(canvas, "blur", () => this.go(null))
    map.on(canvas, "keydown", e => this.key(e))
  }

  move(e) {
    const { x, y, hit } = this.map.at(e)
    this.place = { x, y }
    this.go(hit?.pfn ?? null)
  }

  key(e) {
    const { plates } = run, at = this.pfn ?? plates.plates[0].data_start
    const to = /^Arrow/.test(e.key) ? (this.pfn === null ? at : plates.step(at, e.key))
      : e.key.toLowerCase() === "t" ? plates.across(at) : undefined
    if (e.key === "Escape" && this.pfn !== null) this.go(null)
    else if (to === undefined) return
    else if (to !== null) this.walk(to)
    e.preventDefault()
    e.stopPropagation()
  }

  walk(pfn) {
    const { plates } = run, { camera } = this.map
    const q = plates.isTag(pfn) ? camera.stripCell(plates.row(pfn)) : camera.cell(pfn)
    this.place = { x: q.x + q.w / 2, y: q.y + q.h / 2 }
    this.speaks = true
    this.go(pfn)
  }

  go(pfn) {
    if (pfn === this.pfn) return this.put()
    this.pfn = pfn
    this.map.point(pfn)
    this.show()
  }

  // the run has moved: what is under the pointer may be another page by now
  again() {
    if (run.frame.op === this.op) return
    this.answers.clear()
    if (this.pfn !== null) this.show()
  }

  show() {
    clearTimeout(this.waiting)
    if (this.pfn === null) {
      this.tip.hidden = true
      return
    }
    const known = this.answers.get(this.pfn)
    if (known) this.say(known)
    else this.waiting = setTimeout(() => this.ask(this.pfn), PAUSE)
  }

  async ask(pfn) {
    if (this.asking) return // one request at a time; its end asks for the page that is under the pointer then
    this.asking = true
    const html = await fetch(`/runs/${run.meta.id}/page/${pfn}`).then(r => (r.ok ? r.text() : ""), () => "")
    this.asking = false
    if (html) this.keep(pfn, html)
    if (this.pfn === pfn && html) this.say(html)
    else if (this.pfn !== null && this.pfn !== pfn) this.show()
  }

  keep(pfn, html) {
    this.op = run.frame.op
    if (this.answers.size >= KEPT) this.answers.clear()
    this.answers.set(pfn, html)
  }

  say(html) {
    this.tip.innerHTML = html
    this.tip.hidden = false
    this.put()
    if (this.speaks) this.spoken.textContent = this.tip.textContent
    this.speaks = false
  }

  // beside the pointer, inside the map; above it near the bottom
  put() {
    if (this.tip.hidden) return
    const { x, y } = this.place, { tip, map } = this, room = map.clientWidth - tip.offsetWidth - 4
    tip.style.left = `${Math.max(0, Math.min(x + 16, room))}px`
    tip.style.top = `${y + tip.offsetHeight + 30 > map.camera.height ? y - tip.offsetHeight - 12 : y + 18}px`
  }
}
