// The page under the pointer and the words about it: the server's, one request for a page that stays under the pointer
// for a moment, kept until the run moves. On the keyboard the cursor is the selection, and its words are spoken.
import { select, selection, nothing } from "../../selection.js"
import { LEVELS } from "../../lib/camera.js"

const PAUSE = 70 // ms under the pointer before the server is asked
const KEPT = 200 // answers

export class MapCursor {
  constructor(map) {
    this.map = map
    this.pfn = /** @type {number | null} */ (null)
    this.answers = new Map()
    this.op = -1
    this.place = { x: 0, y: 0 }
    this.tip = map.$(".tip")
    this.spoken = map.$("[aria-live]")
    const canvas = map.over.canvas
    map.on(canvas, "pointermove", e => this.move(e))
    map.on(canvas, "pointerleave", () => this.go(null))
    map.on(canvas, "blur", () => this.go(null))
    map.on(canvas, "keydown", e => this.key(e))
  }

  move(e) {
    if (e.buttons && !this.map.camera.fit || e.pointerType === "touch") return
    const { x, y, hit } = this.map.at(e)
    this.place = { x, y }
    this.go(hit?.pfn ?? null)
  }

  key(e) {
    if (e.ctrlKey || e.altKey || e.metaKey || !this.act(e.key)) return
    e.preventDefault()
    e.stopPropagation()
  }

  // whether the key was one of the map's
  act(key) {
    const { plates } = this.map.run, at = selection.pfn ?? selection.block
    const to = /^Arrow/.test(key) ? (at === null ? plates.plates[0].data_start : plates.step(at, key))
      : key.toLowerCase() === "t" ? plates.across(at ?? plates.plates[0].data_start) : undefined
    if (to !== undefined) return to === null || this.walk(to)
    if (key === "+" || key === "=") this.map.zoom(1.6)
    else if (key === "-") this.map.zoom(1 / 1.6)
    else if (key === "Enter") this.deeper()
    else if (key === "Escape") return this.leave()
    else return false
    return true
  }

  deeper() {
    const { name } = this.map.camera
    this.map.go(LEVELS[Math.min(3, LEVELS.indexOf(name) + 1)])
    if (selection.pfn !== null) this.speak(selection.pfn)
  }

  leave() {
    if (!nothing()) select()
    else if (!this.map.camera.fit) this.map.go("machine")
    else return false
    return true
  }

  walk(pfn) {
    select({ pfn })
    const { plates } = this.map.run, { camera } = this.map
    if (!camera.fit && !seen(camera, plates, pfn)) {
      camera.look(pfn, camera.z)
      this.map.moved()
    }
    const q = plates.isTag(pfn) ? camera.stripCell(plates.row(pfn)) : camera.cell(pfn)
    this.place = { x: q.x + q.w / 2, y: q.y + q.h / 2 }
    this.speak(pfn)
    this.go(pfn)
    return true
  }

  speak(pfn) {
    this.speaks = pfn
    const known = this.answers.get(pfn)
    if (known) this.say(pfn, known)
    else if (this.pfn === pfn) this.show()
    else this.ask(pfn)
  }

  go(pfn) {
    if (pfn === this.pfn) return this.put()
    this.pfn = pfn
    this.map.point(pfn)
    this.show()
  }

  hide() {
    this.pfn = null
    this.show()
  }

  // the run has moved: what is under the pointer may be another page by now
  again() {
    if (this.map.run.frame.op === this.op) return
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
    if (known) this.say(this.pfn, known)
    else this.waiting = setTimeout(() => this.ask(this.pfn), PAUSE)
  }

  async ask(pfn) {
    if (this.asking) return // one request at a time; its end asks for the page that is under the pointer then
    this.asking = true
    const html = await fetch(`/runs/${this.map.run.meta.id}/page/${pfn}`).then(r => (r.ok ? r.text() : ""), () => "")
    this.asking = false
    if (html) this.keep(pfn, html)
    if (html) this.say(pfn, html)
    if (this.pfn !== null && this.pfn !== pfn) this.show()
  }

  keep(pfn, html) {
    this.op = this.map.run.frame.op
    if (this.answers.size >= KEPT) this.answers.clear()
    this.answers.set(pfn, html)
  }

  say(pfn, html) {
    if (this.speaks === pfn) {
      this.spoken.textContent = plain(html)
      this.speaks = null
    }
    if (this.pfn !== pfn) return
    this.tip.innerHTML = html
    this.tip.hidden = false
    this.put()
  }

  // beside the pointer, inside the map; above it near the bottom
  put() {
    if (this.tip.hidden) return
    const { x, y } = this.place, { tip, map } = this, room = map.clientWidth - tip.offsetWidth - 4
    tip.style.left = `${Math.max(0, Math.min(x + 16, room))}px`
    tip.style.top = `${y + tip.offsetHeight + 30 > map.camera.height ? y - tip.offsetHeight - 12 : y + 18}px`
  }
}

const plain = html => {
  const box = document.createElement("div")
  box.innerHTML = html.replaceAll("<br>", " ")
  return box.textContent
}

// whether a page is inside the window
function seen(camera, plates, pfn) {
  const q = plates.isTag(pfn) ? camera.stripCell(plates.row(pfn)) : camera.cell(pfn), { box, list } = camera
  const inside = q.x >= 0 && q.x + q.w <= box.w
  return inside && (plates.isTag(pfn) ? q.h > 0 : q.y >= list[0].dataY && q.y + q.h <= list[0].dataY + list[0].landH)
}
