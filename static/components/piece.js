// What every component shares: a plain custom element, no shadow DOM. It draws when the run moves, when its width
// changes and when it comes into view; out of view it does not. Everything it listens to ends with it. The map is urgent
// and draws with its frame; the others take turns, so that many of them together do not hold it up.
import { Listener } from "./listener.js"
import { soon } from "../turns.js"

export class Piece extends Listener {
  static on = ["frame", "theme"] // the run events that make it draw
  static urgent = false

  draw() {}

  connectedCallback() {
    this.width = this.height = 0 // px, without asking the browser to lay out the page
    super.connectedCallback()
    for (const type of /** @type {typeof Piece} */ (this.constructor).on) this.hear(type, () => this.redraw())
    this.sizes = new ResizeObserver(() => this.resized())
    this.sizes.observe(this)
    this.sights = new IntersectionObserver(seen => this.sighted(seen.at(-1).isIntersecting), { rootMargin: "200px" })
    this.sights.observe(this)
    document.fonts.ready.then(() => this.redraw())
  }

  disconnectedCallback() {
    this.sights.disconnect()
    this.sizes.disconnect()
    super.disconnectedCallback()
  }

  resized() {
    const { width } = this
    this.height = this.clientHeight
    this.width = this.clientWidth
    if (width !== this.width) this.redraw()
  }
  sighted(seen) {
    this.seen = seen
    if (seen) this.redraw()
  }
  redraw() { /** @type {typeof Piece} */ (this.constructor).urgent ? this.turn() : soon(this) }
  // what is not displayed has no width to draw on
  turn() { if (this.run.world && this.seen && this.width && this.isConnected) this.draw() }
}

export const svg = (w, h, body, label) =>
  `<svg viewBox="0 0 ${w} ${h}" height="${h}" role="img" aria-label="${label}">${body}</svg>`

// Asking for a token lays out the page; themes and sizes of the window change them, nothing else does.
const tokens = new Map()
const forget = () => tokens.clear()
document.addEventListener("run:theme", forget)
window.addEventListener("resize", forget)
export const token = name => {
  if (!tokens.has(name)) {
    tokens.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim())
  }
  return tokens.get(name)
}
// words into an element; the same words again would be laid out again
export function put(element, words) { if (element.textContent !== words) element.textContent = words }
export const px = name => parseFloat(token(name))
export const define = (name, component) => customElements.define(name, component)
