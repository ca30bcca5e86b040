// <run-transport>: reset, back, play or pause, step, live, and whether an OOM pauses. The forms work without this; with it nothing is reloaded.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { run, command } from "../page-run.js"
import { faster } from "../lib/speed.js"

const LOOK = { play: "M7 4l13 8-13 8z", pause: "M6 4h4v16H6zM14 4h4v16h-4z" }

class RunTransport extends Listener {
  setup() {
    this.on(this, "submit", e => this.submit(e))
    if (this.box) this.on(this.box, "change", () => this.pauseAtOom(this.box.checked))
    this.hear("do", detail => this.act(detail))
    this.hear("frame", () => this.show())
  }

  submit(e) {
    e.preventDefault()
    const { value } = e.submitter
    this.act({ act: value === "goto" ? "live" : value === "pause" ? "play" : value, n: 1 })
  }

  get box() { return this.querySelector("[data-pause-at-oom]") }
  pauseAtOom(yes) { command("pause_at_oom", yes ? 1 : 0) }

  act({ act, n }) {
    if (!run.mine) return
    if (act === "play") command(run.frame.state === "playing" ? "pause" : "play")
    else if (act === "live") command("goto", run.head)
    else if (act === "faster" || act === "slower") command("speed", faster(run.frame.speed, act === "faster" ? 1 : -1))
    else if (act === "oom") this.pauseAtOom(!run.frame.pause_at_oom)
    else if (["reset", "back", "step"].includes(act)) command(act, n)
  }

  show() {
    if (this.box) this.box.checked = run.frame.pause_at_oom
    const word = run.frame.state === "playing" ? "pause" : "play", main = this.querySelector(".main")
    if (main.value === word) return
    main.value = word
    main.querySelector("span").textContent = word
    main.querySelector("path").setAttribute("d", LOOK[word])
  }
}
define("run-transport", RunTransport)
