// What every component shares: a plain custom element, no shadow DOM. It draws when the run moves, when its width
// changes and when it comes into view; out of view it does not. Everything it listens to ends with it.
import { run } from "../run.js"

export class Piece extends HTMLElement {
  static on = ["frame", "theme"] // the run events that make it draw

  setup() {} // once, before anything is heard
  draw() {}

  connectedCallback() {
    this.gone = new AbortController()
    this.setup()
    for (const type of /** @type {typeof Piece} */ (this.constructor).on) this.hear(type, () => this.redraw())
    this.width = 0
    this.sizes = new ResizeObserver(() => this.resized())
    this.sizes.observe(this)
    this.sights = new IntersectionObserver(([entry]) => this.sighted(entry.isIntersecting), { rootMargin: "200px" })
    this.sights.observe(this)
    document.fonts.ready.then(() => this.redraw())
  }

  disconnectedCallback() {
    this.sights.disconnect()
    this.sizes.disconnect()
    this.gone.abort()
  }

  // listen to a run event for as long as this element is on the page
  hear(type, fn) { document.addEventListener(`run:${type}`, e => fn(e.detail), { signal: this.gone.signal }) }

  // listen to any event of any target for as long
  on(target, type, fn, options = {}) { target.addEventListener(type, fn, { ...options, signal: this.gone.signal }) }

  resized() {
    if (this.clientWidth === this.width) return
    this.width = this.clientWidth
    this.redraw()
  }
  sighted(seen) {
    this.seen = seen
    if (seen) this.redraw()
  }
  // what is not displayed has no width to draw on
  redraw() { if (run.world && this.seen && this.getClientRects().length) this.draw() }

  $(selector) { return this.querySelector(selector) }
}

export const svg = (w, h, body, label) =>
  `<svg viewBox="0 0 ${w} ${h}" height="${h}" role="img" aria-label="${label}">${body}</svg>`
export const token = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
export const px = name => parseFloat(token(name))
export const define = (name, component) => customElements.define(name, component)
