// <event-voice>: a polite live region. It says what happened to tag storage (refusals, OOM kills), the newest only, and
// not more often than can be listened to.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { run } from "../page-run.js"
import { spoken } from "../lib/spoken.js"

const EVERY = 4000 // ms

class EventVoice extends Listener {
  setup() {
    this.hear("series", () => this.news())
    this.hear("frame", () => { this.op = Math.min(this.op, run.frame.op) })
    this.op = run.series.head // what was there when the page opened is on the page, not news
  }
  ended() { clearTimeout(this.later) }

  news() { this.later ??= setTimeout(() => this.say(), this.quiet()) }
  quiet() { return Math.max(0, (this.last ?? 0) + EVERY - performance.now()) }

  say() {
    this.later = undefined
    const words = spoken(run.series.marks, this.op)
    this.op = Math.max(run.series.head, this.op)
    if (!words) return
    this.textContent = words
    this.last = performance.now()
  }
}
define("event-voice", EventVoice)
