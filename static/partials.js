// The HTML partials of the stream. htmx puts each in its place, but in its own turn: twelve of them three times a second
// would hold up the map. What is out of view waits until it is seen or the run stops playing; the newest of each counts.
import { run } from "./page-run.js"
import { soon } from "./turns.js"

const MARGIN = "200px" // around what is seen

const places = new Map() // id of an element -> Place

// A partial came: `<hx-partial hx-target="#id" ...>`. Partials of what this page does not show are not for it.
export function offer(html, stream) {
  const id = html.match(/hx-target="#([\w-]+)"/)?.[1]
  if (!places.has(id) && document.getElementById(id)) places.set(id, new Place(document.getElementById(id), stream))
  places.get(id)?.take(html)
}

document.addEventListener("run:frame", () => {
  if (run.frame.state !== "playing") for (const place of places.values()) place.due()
})

class Place {
  constructor(element, stream) {
    this.stream = stream
    this.seen = true
    this.html = ""
    const sights = new IntersectionObserver(seen => this.sighted(seen.at(-1).isIntersecting), { rootMargin: MARGIN })
    sights.observe(element)
  }

  take(html) {
    this.html = html
    this.due()
  }
  sighted(seen) {
    this.seen = seen
    this.due()
  }
  due() { if (this.html && (this.seen || run.frame.state !== "playing")) soon(this) }

  // morphs instead of replacing, so that focus and selection survive three partials a second
  turn() {
    const text = this.html.replace('hx-swap="innerHTML"', 'hx-swap="innerMorph"')
    this.html = ""
    if (text) htmx.swap({ text, sourceElement: this.stream, swap: "none" })
  }
}
