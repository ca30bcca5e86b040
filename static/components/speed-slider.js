// <speed-slider>: ops a second wanted, on a logarithmic scale that snaps; under it what was measured, and frames drawn.
import { Listener } from "./listener.js"
import { define } from "./piece.js"
import { run, command } from "../page-run.js"
import { LAST, notchOf, speedOf } from "../lib/speed.js"
import { nf } from "../lib/format.js"

class SpeedSlider extends Listener {
  setup() {
    this.input = this.querySelector("input[type=range]")
    this.input.max = LAST
    this.on(this.input, "input", () => this.say(speedOf(this.input.value)))
    this.on(this.input, "change", () => command("speed", speedOf(this.input.value)))
    this.hear("frame", () => this.show())
    this.drawn = run.drawn
    this.clock = setInterval(() => this.measure(), 1000)
    this.set()
  }
  ended() { clearInterval(this.clock) }

  show() { if (run.frame.speed !== this.speed && !this.input.matches(":active")) this.set() }

  set() {
    this.speed = run.frame.speed
    this.input.value = notchOf(this.speed)
    this.say(this.speed)
  }

  say(speed) {
    const [number, unit] = speed ? [nf(speed), " ops/s"] : ["full speed", ""]
    const words = this.querySelector("[data-speed]")
    words.textContent = number
    words.nextSibling.textContent = unit
    this.input.setAttribute("aria-valuetext", number + unit)
  }

  measure() {
    const frames = run.drawn - this.drawn
    this.drawn = run.drawn
    const measured = `runs ${nf(run.frame.ops_per_s)}, ${frames} frames/s`
    this.querySelector("[data-measured]").textContent = run.frame.state === "playing" ? measured : ""
  }
}
define("speed-slider", SpeedSlider)
