// <key-help>: the keys of the page, the buttons that do the same, and the two small dialogs they open.
import { define } from "./piece.js"
import { run, tell, command } from "../run.js"
import { here } from "./run-head.js"
import { actionOf } from "../lib/keys.js"

const THEMES = ["light", "dark", "projector"]

class KeyHelp extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController()
    const signal = this.gone.signal
    document.addEventListener("keydown", e => this.key(e), { signal })
    document.addEventListener("click", e => this.press(e.target.closest("[data-do]")), { signal })
    this.goTo?.addEventListener("close", () => this.went(), { signal })
  }
  disconnectedCallback() { this.gone.abort() }

  get goTo() { return this.querySelector("[data-goto]") }

  key(e) {
    if (document.querySelector("dialog[open]")) return
    const action = actionOf(e, e.target)
    if (!action) return
    e.preventDefault()
    this.act(action)
  }

  press(button) { if (button) this.act({ act: button.dataset.do, n: 1 }, button) }

  act(action, button) {
    if (action.act === "theme") nextTheme()
    else if (action.act === "full") full()
    else if (action.act === "copy") copy(button ?? document.querySelector("[data-do=copy]"))
    else if (action.act === "help") this.querySelector("[data-help]")?.showModal()
    else if (action.act === "goto") this.ask()
    else tell("do", action)
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
  try { localStorage.setItem("theme", theme) } catch { /* a browser that keeps nothing still changes the page */ }
  tell("theme", theme)
}

const full = () => document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()

async function copy(button) {
  const link = location.origin + here(`/runs/${run.meta.id}`)
  const copied = await navigator.clipboard?.writeText(link).then(() => true, () => false)
  if (!button) return
  const words = button.dataset.words ??= button.textContent
  button.textContent = copied ? "Copied" : "The address bar is the link"
  setTimeout(() => { button.textContent = words }, 2500)
}
define("key-help", KeyHelp)
