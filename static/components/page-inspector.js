// <page-inspector>: what is selected, in the server's words: what it is, its 32:1 picture, what touched it, ways on.
// In the right column on a desktop, a sheet on a phone. It asks again when the run has moved.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { run, tell, command } from "../page-run.js"
import { selection, select, nothing } from "../selection.js"
import "./inspect-pictures.js"

const WAYS = "[data-close], [data-do=inspect], [data-do=show], [data-do=goto][data-op], code[data-pfn]"
const EVERY = 500 // ms between two answers while the run plays

class PageInspector extends Listener {
  setup() {
    for (const type of ["select", "frame"]) this.hear(type, () => this.show())
    this.on(document, "click", e => this.press(e))
    this.on(document, "keydown", e => this.key(e))
    this.shown = ""
    this.last = 0
  }
  ended() { clearTimeout(this.later) }

  get query() {
    const { pfn, block, pid } = selection
    return pfn !== null ? `pfn=${pfn}` : block !== null ? `block=${block}` : pid !== null ? `pid=${pid}` : ""
  }
  // what an answer depends on: the history of a page is only looked up while nothing moves
  get wanted() { return `${this.query}${run.frame.state === "playing" ? "&since=0" : ""} ${run.frame.op}` }

  show() {
    const open = !nothing()
    this.hidden = !open
    document.body.toggleAttribute("data-inspecting", open)
    if (!open) return this.clear()
    if (this.shown === this.wanted || this.asking) return
    const other = this.of !== this.query, rest = other ? 0 : EVERY - (performance.now() - this.last)
    clearTimeout(this.later)
    if (rest > 0) this.later = setTimeout(() => this.show(), rest)
    else this.ask()
  }

  clear() {
    this.shown = this.of = ""
    this.replaceChildren()
  }

  async ask() {
    const { wanted, query } = this
    this.asking = true
    const answer = await fetch(`/runs/${run.meta.id}/inspect?${wanted.split(" ")[0]}`).catch(() => null)
    const html = await answer?.text().catch(() => "")
    if (this.matches(":active")) await released(this)
    this.asking = false
    Object.assign(this, { last: performance.now(), shown: wanted })
    if (this.query === query && answer?.ok) this.put(html, query)
    if (this.query !== query || this.shown !== this.wanted) this.show()
  }

  // the same thing at another op keeps focus and place
  put(html, query) {
    const focus = this.of === query ? [...this.querySelectorAll("button, a")].indexOf(document.activeElement) : -1
    const place = this.of === query ? this.scrollTop : 0
    this.of = query
    this.innerHTML = `<button class="close" type="button" aria-label="Close (Esc)" data-close>×</button>${html}`
    this.scrollTop = place
    if (focus >= 0) this.querySelectorAll("button, a")[focus]?.focus()
  }

  // buttons and pfns anywhere on the page that say what to look at
  press(e) {
    const at = e.target.closest(WAYS)
    if (!at) return
    const { pfn, block, pid, op } = at.dataset, number = text => text === undefined ? null : Number(text)
    if (at.matches("[data-close]")) select()
    else if (at.dataset.do === "goto") command("goto", Number(op))
    else if (at.dataset.do === "show") this.onMap(number(pfn))
    else if (pid !== undefined) select({ pid: number(pid) })
    else if (block !== undefined) select({ block: number(block) })
    else select({ pfn: number(pfn) })
  }

  // on the map: a page at the level of its pageblock; a process as a layer of its own
  onMap(pfn) {
    const process = selection.pid !== null
    tell("show", process ? { pfn: null, layer: "owner" } : { pfn, level: "pageblock" })
  }

  key(e) {
    if (e.key !== "Escape" || nothing() || document.querySelector("dialog[open], :popover-open")) return
    select()
    e.preventDefault()
  }
}

// A button that goes away while it is held down is never clicked: what is new waits until it has been let go.
/** @returns {Promise<void>} */
function released(element) {
  return new Promise(done => {
    const once = new AbortController()
    const look = () => setTimeout(() => { // after the click
      if (element.matches(":active")) return
      once.abort()
      done()
    })
    for (const type of ["pointerup", "pointercancel", "keyup"]) document.addEventListener(type, look, { signal: once.signal })
  })
}
define("page-inspector", PageInspector)
