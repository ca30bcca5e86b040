// The tools above the map: levels, zoom, go to, layers; the key of a layer that is not the state of pages.
import { select } from "../../selection.js"
import { nf, esc } from "../../lib/format.js"
import { LAYERS } from "../../lib/layers.js"
import { extent } from "./in-view.js"

const FINDS = { machine: "machine", zone: "zone", pageblock: "pageblock", page: "pageblock" }
const TYPING = /^(INPUT|SELECT|TEXTAREA)$/

export class MapTools {
  constructor(map) {
    this.map = map
    this.layers = map.$("[data-layers]")
    this.key = map.$("[data-layer-key]")
    this.answer = map.$("[data-found]")
    const form = map.$("form.find")
    map.on(map.$(".map-tools"), "click", e => this.press(e.target.closest("button")))
    map.on(this.layers, "change", () => this.choose(this.layers.value))
    map.on(this.key, "click", e => this.single(e.target.closest("[data-class]")))
    map.on(form, "submit", e => this.find(e, form.elements.q.value.trim()))
    map.on(document, "keydown", e => this.slash(e, form.elements.q))
  }

  press(button) {
    if (button?.dataset.level) this.map.go(button.dataset.level)
    if (button?.dataset.zoom) this.map.zoom(Number(button.dataset.zoom))
    if (button?.dataset.at) this.map.run.command("goto", Number(button.dataset.at))
  }

  choose(layer) {
    if (!LAYERS.includes(layer)) return
    Object.assign(this.map, { layer, only: null })
    this.map.moved()
  }

  single(button) {
    if (!button) return
    const found = Number(button.dataset.class)
    this.map.only = this.map.only === found ? null : found
    this.map.moved()
  }

  slash(e, input) {
    const elsewhere = e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || TYPING.test(e.target.tagName)
    if (elsewhere || !input.offsetParent) return
    e.preventDefault()
    input.focus()
    input.select()
  }

  async find(e, q) {
    e.preventDefault()
    if (!q) return
    const options = { headers: { accept: "application/json" } }
    const answer = await fetch(`/runs/${this.map.run.meta.id}/find?${new URLSearchParams({ q })}`, options).catch(() => null)
    const found = await answer?.json().catch(() => null)
    const missing = found?.detail ?? found?.what ?? "find: no answer from the server"
    if (!answer?.ok || !(found?.pfn >= 0)) return this.say(missing)
    if (found.kind === "process") select({ pid: found.pid })
    else select({ pfn: found.pfn })
    this.map.go(FINDS[found.level] ?? "pageblock", found.pfn)
    this.say(found.what, found.op)
    this.map.run.tell("found", found)
  }

  // what was found; an event is some ops away, and whoever presents may go there
  say(words, op = -1) {
    const there = op < 0 || op === this.map.run.frame.op || !this.map.run.mine ? ""
      : ` <button type="button" class="link" data-at="${op}">go to op ${nf(op)}</button>`
    this.answer.innerHTML = esc(words) + there
  }

  // called with every picture; what has not changed is not written again
  show() {
    const { map } = this, now = `${map.camera.name} ${map.camera.fit} ${map.layer} ${map.shown} ${extent(map)}`
    if (this.now !== now) this.write(map)
    this.now = now
    this.showKey()
  }

  write(map) {
    for (const button of map.querySelectorAll("[data-level]")) {
      button.setAttribute("aria-pressed", String(button.dataset.level === map.camera.name))
    }
    map.$("[data-where]").textContent = extent(map)
    map.$("map-legend")?.toggleAttribute("hidden", map.layer !== "state")
    map.over.canvas.style.touchAction = map.camera.fit ? "pan-y" : "none"
    this.layers.value = map.layer
  }

  showKey() {
    const { layer, look, shown: only, palette } = this.map, state = layer === "state"
    this.key.hidden = state
    const wanted = state ? "" : `${layer} ${only} ${palette.c.paper}`
    if (this.keyOf === wanted) return
    this.keyOf = wanted
    this.key.innerHTML = state ? "" : look.classes.map((c, i) => entry(c, i, look, only)).join("")
    for (const text of this.key.querySelectorAll("text")) text.style.fill = look.ink[text.dataset.ink]
  }
}

// the swatch has the colours of the canvas
function entry({ name, letter }, i, look, only) {
  if (!name) return ""
  return `<button type="button" data-class="${i}" aria-pressed="${only === i}"><svg class="key" viewBox="0 0 16 14"
    aria-hidden="true"><rect width="16" height="14" fill="${solid(look, i)}" stroke="var(--free-edge)"/>
    <text x="8" y="11" data-ink="${i}">${esc(letter)}</text></svg>${esc(name)}</button>`
}
const solid = (look, i) => typeof look.solid[i] === "string" ? look.solid[i] : "var(--hole)"
