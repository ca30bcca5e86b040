// A plain custom element that listens for as long as it is on the page: what it hears ends with it.
import { runOf } from "../run.js"

export class Listener extends HTMLElement {
  setup() {} // each time it comes onto the page
  ended() {} // each time it leaves

  connectedCallback() {
    this.gone = new AbortController()
    this.setup()
  }

  disconnectedCallback() {
    this.gone.abort()
    this.ended()
  }

  // the run that this element shows: that of the root around it
  get run() { return runOf(this) }

  // listen to an event of its run
  hear(type, fn) {
    const at = type === "theme" ? document : this.run.root // the theme is that of the page
    at.addEventListener(`run:${type}`, e => fn(e.detail), { signal: this.gone.signal })
  }

  // listen to any event of any target
  on(target, type, fn, options = {}) { target.addEventListener(type, fn, { ...options, signal: this.gone.signal }) }

  $(selector) { return this.querySelector(selector) }
}
