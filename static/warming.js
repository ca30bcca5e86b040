// The quiet note of a server whose core is being compiled: how long until full speed. It leaves the page when that is there.
const EVERY = 1000 // ms

const words = ({ failed, seconds }) =>
  failed ? "slow: the core could not be compiled" : seconds ? `warming up: full speed in ${seconds} s` : "warming up"

class WarmingNote extends HTMLElement {
  connectedCallback() { this.timer = setInterval(() => this.ask(), EVERY) }
  disconnectedCallback() { clearInterval(this.timer) }

  async ask() {
    const speed = await fetch("/readyz").then(answer => answer.json()).catch(() => null)
    if (!speed) return // the server is gone: others say so
    if (speed.full_speed) { this.remove(); return }
    this.textContent = words(speed)
    this.title = speed.failed
  }
}

customElements.define("warming-note", WarmingNote)
