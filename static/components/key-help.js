// <key-help>: the keys of the page, the buttons that do the same, and the small dialogs they open.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { run, tell, command } from "../page-run.js"
import { here } from "./run-head.js"
import { fork } from "../fork.js"
import { actionOf } from "../lib/keys.js"
import { proven } from "../lib/address.js"
import { figuresOf, written } from "../lib/trail.js"

const THEMES = ["light", "dark", "projector"]

class KeyHelp extends Listener {
  setup() {
    this.on(document, "keydown", e => this.key(e))
    this.on(document, "click", e => this.press(e.target.closest("[data-do]")))
    if (this.goTo) this.on(this.goTo, "close", () => this.went())
  }

  get goTo() { return this.querySelector("[data-goto]") }

  key(e) {
    if (document.querySelector("dialog[open]") || e.defaultPrevented) return
    const action = actionOf(e, e.target)
    if (!action) return
    e.preventDefault()
    this.act(action)
  }

  // a button that says which op it goes to is its owner's business (the inspector)
  press(button) { if (button && !button.dataset.op) this.act({ act: button.dataset.do, n: 1 }, button) }

  act(action, button) {
    const own = {
      theme: nextTheme, full, search, fork: () => fork(), copy: () => copy(button ?? document.querySelector("[data-do=copy]")),
      help: () => this.querySelector("[data-help]")?.showModal(), goto: () => this.ask(), tour: () => this.tour(),
    }[action.act]
    if (own) own()
    else tell("do", action)
  }

  tour() {
    this.querySelector("[data-help]")?.close()
    tell("tour")
  }

  ask() {
    if (!run.mine || !this.goTo) return
    this.goTo.querySelector("input").value = run.frame.op
    this.goTo.returnValue = ""
    this.goTo.showModal()
    this.goTo.querySelector("input").select()
  }

  went() {
    const op = Number(this.goTo.querySelector("input").value.replaceAll(",", ""))
    if (this.goTo.returnValue === "go" && Number.isFinite(op)) command("goto", op)
  }
}

function nextTheme() {
  const root = document.documentElement, theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length]
  root.dataset.theme = root.dataset.chosen = theme
  try { for (const store of [localStorage, sessionStorage]) store.setItem("theme", theme) } catch { /* a browser that keeps nothing still changes the page */ }
  tell("theme", theme)
}

const full = () => document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()

// the field that finds a pfn, a process or an event on the map
function search() {
  const field = document.querySelector(".find input")
  field?.scrollIntoView({ block: "nearest" })
  field?.focus()
  field?.select?.()
}

// what lets whoever opens the link see since which op a state differs; a link without it is good too
async function trailTo(op) {
  const answer = await fetch(`/runs/${run.meta.id}/trail?op=${op}`).catch(() => null)
  const trail = answer?.ok ? await answer.json().catch(() => null) : null
  return trail ? { trail: written(trail), figures: figuresOf(trail) } : {}
}

async function copy(button) {
  const { digest, op } = run.frame, base = location.origin + here(`/runs/${run.meta.id}`)
  const link = proven(base, digest, run.meta.engine, digest ? await trailTo(op) : {})
  const copied = await navigator.clipboard?.writeText(link).then(() => true, () => false)
  if (!copied) history.replaceState(history.state, "", link)
  if (!button) return
  const words = button.dataset.words ??= button.textContent
  button.textContent = copied ? "Copied" : "The address bar is the link"
  setTimeout(() => { button.textContent = words }, 2500)
}
define("key-help", KeyHelp)
