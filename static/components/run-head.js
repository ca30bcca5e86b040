// <run-head>: what the teammate checks first (digest, role, connection), and the choices that open a run of one's own.
import { define } from "./piece.js"
import { run, tell } from "../run.js"
import { nf, plural } from "../lib/format.js"
import { address } from "../lib/address.js"

const BEHIND = 3 // frames; fewer are not worth a word
const ADDRESS_EVERY = 700 // ms; browsers limit how often the address may change

class RunHead extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController()
    const hear = (type, fn) => document.addEventListener(`run:${type}`, e => fn(e.detail), { signal: this.gone.signal })
    for (const type of ["frame", "series", "connection"]) hear(type, () => this.show())
    for (const type of ["frame", "theme", "part"]) hear(type, () => this.remember())
    hear("refused", words => this.note(words, "lost"))
    this.addEventListener("change", e => this.choose(e), { signal: this.gone.signal })
    this.addEventListener("click", e => this.press(e), { signal: this.gone.signal })
    this.clock = setInterval(() => run.connection === "lost" && this.show(), 1000)
  }

  disconnectedCallback() {
    clearInterval(this.clock)
    clearTimeout(this.later)
    this.gone.abort()
  }

  show() {
    const { frame } = run, [words, look] = connection()
    this.put("conn", words)
    this.querySelector("[data-conn]").className = `conn ${look}`
    this.put("digest", frame.digest ? `, ${frame.digest.match(/.{1,4}/g).join(" ")}` : "")
    this.put("watching", watching(frame.watching))
    this.put("op", nf(frame.op))
    document.body.dataset.state = run.connection === "lost" ? "lost" : frame.state
    if (run.connection === "lost") this.note(lost(), "lost", "Try now")
    else if (frame.fault) this.note(`The run stopped: ${frame.fault}`, "lost")
    else this.note("")
  }

  put(name, words) {
    const element = this.querySelector(`[data-${name}]`)
    if (element) element.textContent = words
  }

  note(words, look = "", button = "") {
    const note = this.querySelector("[data-note]")
    note.hidden = !words
    note.className = `note ${look}`
    note.textContent = words
    if (button) note.insertAdjacentHTML("beforeend", ` <button class="act" data-retry>${button}</button>`)
  }

  press(e) { if (e.target.closest("[data-retry]")) tell("retry") }

  // another policy or seed: a run of one's own, at the op on screen, with the same other changes
  choose(e) {
    const form = e.target.closest("form[data-new-run]")
    if (!form || !form.reportValidity()) return
    form.elements.op.value = run.frame.op
    for (const [key, value] of Object.entries(run.meta.set ?? {})) form.append(hidden("set", `${key}=${value}`))
    form.requestSubmit()
  }

  remember() {
    this.later ??= setTimeout(() => {
      this.later = undefined
      history.replaceState(history.state, "", here())
      this.querySelector("[data-home]")?.setAttribute("href", here(`/runs/${run.meta.id}`))
    }, ADDRESS_EVERY)
  }
}

export function here(path = location.pathname) {
  const theme = document.documentElement.dataset.chosen
  return address(path, location.search, { ...run.meta, op: run.frame.op, theme, part: run.part })
}

function connection() {
  const { frame, series } = run, past = Math.max(0, series.head - frame.op)
  if (run.connection === "lost") return ["connection lost", "bad"]
  if (run.behind >= BEHIND) return [`behind by ${run.behind}`, "warn"]
  if (frame.state === "playing") return [past ? `playing, ${nf(past)} ops behind live` : "live", past ? "warn" : ""]
  if (past) return [`${nf(past)} ops behind live`, "idle"]
  return [frame.state === "ended" ? "ended" : "paused", "idle"]
}

// this page is one of the streams
function watching(streams) {
  if (!run.mine) return `, one of ${nf(streams)}`
  return streams > 1 ? `, ${plural(streams - 1, "watches", "watch")}` : ", nobody watches"
}

function lost() {
  const ago = Math.round((Date.now() - run.since) / 1000)
  return `Connection lost ${ago} s ago. This is the last good picture, op ${nf(run.frame.op)}. Trying again.`
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value })
}
define("run-head", RunHead)
