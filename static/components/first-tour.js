// <first-tour>: a look round in six stops, beside the elements they speak of. Shown once on a first visit (`?tour=1`
// shows it, `?tour=0` does not), found again in the help; arrows and Enter walk it, Esc ends it.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { beside, wanted } from "../lib/tour.js"

const KEY = "tour"
const DRIVEN = navigator.webdriver // a program that drives the page has seen it

class FirstTour extends Listener {
  setup() {
    this.card = this.querySelector(".tour")
    this.stops = [...this.querySelectorAll("template")].map(stop => ({ ...stop.dataset, words: stop.innerHTML }))
    this.hear("tour", () => this.show(0))
    this.on(this, "click", e => this.press(e.target.closest("[data-tour]")?.dataset.tour))
    this.on(this.card, "keydown", e => this.key(e))
    this.on(window, "resize", () => this.place())
    this.on(window, "scroll", () => this.place(), { passive: true })
    if (wanted(location.search, seen(), DRIVEN)) document.fonts.ready.then(() => this.show(0))
  }

  show(at) {
    const there = this.stops.filter(({ stop }) => document.querySelector(stop)?.getClientRects().length)
    this.at = Math.max(0, Math.min(at, there.length - 1))
    this.stop = there[this.at]
    this.focused ??= document.activeElement
    const last = this.at === there.length - 1
    this.put("[data-at]", `${this.at + 1} of ${there.length}`)
    this.put("[data-title]", this.stop.title)
    this.put("[data-words]", this.stop.words)
    this.put("[data-tour=next]", last ? "Done" : "Next")
    this.querySelector("[data-tour=back]").disabled = this.at === 0
    this.querySelector("[data-tour=end]").hidden = last
    this.last = last
    this.card.hidden = false
    this.point()
  }

  put(selector, words) { this.querySelector(selector).textContent = words }

  // the element in view, framed, and the card beside it
  point() {
    this.target?.classList.remove("pointed")
    this.target = document.querySelector(this.stop.stop)
    this.target.classList.add("pointed")
    if (!this.target.closest(".dock")) this.target.scrollIntoView({ block: "center" })
    this.place()
    this.card.focus({ preventScroll: true })
  }

  place() {
    if (this.card.hidden) return
    const view = { width: innerWidth, height: innerHeight }
    const { left, top } = beside(this.target.getBoundingClientRect(), this.card.getBoundingClientRect(), view)
    this.card.style.translate = `${left}px ${top}px`
  }

  press(act) {
    if (act === "end" || act === "next" && this.last) this.end()
    else if (act) this.show(this.at + (act === "back" ? -1 : 1))
  }

  // no key of the page works meanwhile, Tab stays inside
  key(e) {
    const act = { Escape: "end", ArrowRight: "next", ArrowLeft: "back" }[e.key]
    e.stopPropagation()
    if (e.key === "Enter" && e.target === this.card) this.press("next")
    else if (e.key === "Tab") this.around(e)
    else if (act) { e.preventDefault(); this.press(act) }
  }

  around(e) {
    const buttons = [...this.card.querySelectorAll("button")].filter(b => !b.hidden && !b.disabled)
    const at = buttons.indexOf(document.activeElement) + (e.shiftKey ? -1 : 1)
    e.preventDefault()
    buttons.at(at % buttons.length).focus()
  }

  end() {
    this.target.classList.remove("pointed")
    this.card.hidden = true
    try { localStorage.setItem(KEY, "seen") } catch { /* a browser that keeps nothing shows it again */ }
    this.focused?.focus?.()
    this.focused = undefined
  }
}

function seen() {
  try { return localStorage.getItem(KEY) === "seen" } catch { return true }
}
define("first-tour", FirstTour)
