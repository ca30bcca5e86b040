// <run-head>: what the teammate checks first (digest, role, connection), the line that says how the run stands, and the
// choices that open a run of one's own.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { run, tell } from "../page-run.js"
import { esc, nf, plural } from "../lib/format.js"
import { address, linkOf } from "../lib/address.js"
import { begun } from "../lib/poke.js"
import { atOom, checked, differing, noteOf, spaced, standing } from "../lib/standing.js"

const ADDRESS_EVERY = 700 // ms; browsers limit how often the address may change
const SAID_FOR = 8000 // ms that a refusal of the server stays

class RunHead extends Listener {
  setup() {
    this.link = linkOf(location.search)
    for (const type of ["frame", "series", "connection"]) this.hear(type, () => this.show())
    for (const type of ["frame", "theme", "part"]) this.hear(type, () => this.remember())
    this.hear("since", how => this.differs(how))
    this.hear("did", ({ words, done, op }) => this.say({ words: `At op ${nf(op)}: ${words}.`, look: done ? "" : "lost",
      until: Date.now() + SAID_FOR }))
    this.hear("refused", words => this.say({ words, look: "lost", until: Date.now() + SAID_FOR }))
    this.on(this, "change", e => this.choose(e))
    this.on(this, "click", e => this.press(e))
    this.clock = setInterval(() => (run.connection === "lost" || this.said?.until) && this.show(), 1000)
  }

  ended() {
    clearInterval(this.clock)
    clearTimeout(this.later)
  }

  show() {
    const { frame } = run, facts = standingNow(), [words, look] = standing(facts)
    this.put("conn", words)
    this.querySelector("[data-conn]").className = `conn ${look}`
    this.put("digest", frame.digest ? `, ${spaced(frame.digest)}` : "")
    this.put("watching", watching(frame.watching))
    this.put("op", nf(frame.op))
    document.body.dataset.state = run.connection === "lost" ? "lost" : frame.state
    this.check()
    this.note(noteOf(facts) ?? this.spoken())
  }

  // a link with a digest is compared once; what came out stays until the run moves
  check() {
    const result = checked(this.link, run.frame, run.meta.engine)
    if (!result) return
    this.said = { ...result, op: run.frame.op }
    this.link.digest = ""
    if (!result.same) tell("differs", this.link)
    this.querySelector("[data-digest]")?.classList.add(result.same ? "verified" : "bad")
  }

  // since when it differs is known a moment later
  differs(how) {
    if (this.spoken()?.look !== "differs") return
    const words = how ? differing(how, this.link, run.meta.engine) : this.said.words
    Object.assign(this.said, { words, acts: [["Show both", "both"]] })
    this.show()
  }

  say(note) {
    this.said = note
    this.show()
  }

  // a note that is not about how the run stands, while it holds
  spoken() {
    const { said } = this
    if (said && (said.op !== undefined && said.op !== run.frame.op || said.until < Date.now())) this.said = null
    return this.said
  }

  put(name, words) {
    const element = this.querySelector(`[data-${name}]`)
    if (element && element.textContent !== words) element.textContent = words
  }

  note(note) {
    const line = this.querySelector("[data-note]"), acts = note?.acts ?? []
    const html = !note ? "" : `<span>${esc(note.words)}</span>` +
      acts.map(([word, act]) => ` <button class="act" type="button" data-do="${act}">${word}</button>`).join("")
    line.hidden = !html
    line.className = `note ${note?.look ?? ""}`
    if (html === this.noted) return
    const kept = this.noted && line.querySelectorAll("button").length === acts.length && acts.length
    if (kept) line.firstChild.textContent = note.words // the button keeps its focus
    else line.innerHTML = html
    this.noted = html
  }

  press(e) { if (e.target.closest("[data-do=retry]")) tell("retry") }

  // another policy or seed: a run of one's own with the same other changes; <past-question> knows at which op
  choose(e) {
    const form = e.target.closest("form[data-new-run]")
    if (!form || !form.reportValidity()) return
    for (const old of form.querySelectorAll("[name=set]")) old.remove()
    for (const [key, value] of Object.entries(run.meta.set ?? {})) form.append(hidden("set", `${key}=${value}`))
    for (const old of form.querySelectorAll("[name=cmd]")) old.remove()
    for (const text of begun(run.commands, run.frame.op)) form.append(hidden("cmd", text))
    tell("choose", form)
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
  const theme = document.documentElement.dataset.chosen ?? new URLSearchParams(location.search).get("theme")
  return address(path, location.search, { ...run.meta, op: run.frame.op, theme, part: run.part,
    commands: run.commands, pause: run.frame.pause_at_oom ? "oom" : null })
}

function standingNow() {
  const { frame, series, connection, since, behind, mine } = run
  const past = Math.max(0, frame.head - frame.op), oom = atOom(series.marks, frame.op)
  return { frame, connection, since, behind, mine, past, oom, now: Date.now() }
}

// this page is one of the streams
function watching(streams) {
  if (!run.mine) return `, one of ${nf(streams)}`
  return streams > 1 ? `, ${plural(streams - 1, "watches", "watch")}` : ", nobody watches"
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value })
}
define("run-head", RunHead)
