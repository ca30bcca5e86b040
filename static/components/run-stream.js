// <run-stream>: the one connection of the page (hx-sse). Named events become frames and series, unnamed messages are
// HTML partials. A covered or hidden page keeps its stream: a projector is never focused.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { run, take, takeSeries, connect } from "../page-run.js"
import { offer } from "../partials.js"

const SILENCE = 6000 // ms without a frame while playing: the connection is dead though nobody said so
const GONE = [404, 410]

class RunStream extends Listener {
  setup() {
    this.on(this, "frame", e => this.frame(JSON.parse(e.detail.data)))
    this.on(this, "series", e => takeSeries(JSON.parse(e.detail.data)))
    this.on(this, "bye", () => connect("lost"))
    this.on(this, "htmx:sse:after:connection", () => { this.heard = Date.now(); connect("live") })
    this.on(this, "htmx:sse:before:connection", e => { if (e.detail.connection.attempt > 0) connect("lost") })
    this.on(this, "htmx:sse:before:message", e => this.partial(e.detail))
    this.on(this, "htmx:sse:error", e => this.failed(e.detail.status))
    this.on(this, "htmx:error", () => this.failed())
    this.on(window, "beforeunload", () => this.leave())
    this.hear("retry", () => this.retry())
    this.began = Date.now()
    this.watch = setInterval(() => this.listen(), 1000)
  }

  ended() { clearInterval(this.watch) }

  frame(frame) {
    this.heard = Date.now()
    connect("live")
    take(frame)
  }

  // an unnamed message is a partial: not put in its place at once, but in its turn
  partial(detail) {
    if (detail.message.event) return
    detail.cancelled = true
    offer(detail.message.data, this)
  }

  // an unknown run: the server was started anew; the address has all that is needed to open this state again
  failed(status) {
    connect("lost")
    if (GONE.includes(status)) location.reload()
  }

  // Firefox calls a stream that it cuts off with its page an error: end it first
  leave() { this.connection?.reader?.cancel() }

  // once a second: a connection that never came about, or that is open and dead, is made again
  listen() {
    const waited = Date.now() - this.began > SILENCE
    if (!this.connection && (run.connection === "lost" || run.connection === "connecting" && waited)) this.retry()
    const silent = run.frame.state === "playing" && Date.now() - this.heard > SILENCE
    if (silent) this.connection?.reader?.cancel()
  }

  retry() {
    if (this.connection) this.connection.delayCanceller?.()
    else htmx.ajax("GET", this.getAttribute("hx-sse:connect"), { source: this })
  }

  get connection() { return /** @type {any} */ (this)._htmx?.sse }
}
define("run-stream", RunStream)
