// How a layer looks: for each class of page its fill in data and in tag storage, its letter, whether it fades.
import { STATES, POUR, POUR_TAG, KINDS, dimmed } from "../../lib/states.js"
import { CLASSES, FREE_CLASS, classesOf } from "../../lib/layers.js"

const FADED = .15

export function lookOf(layer, pal, { part, only, processes }) {
  return layer === "state" ? state(pal, part) : other(layer, pal, only, processes)
}

function state(pal, part) {
  return {
    layer: "state", known: KINDS, pour: POUR, pourTags: POUR_TAG, data: pal.data, solid: pal.solid, lent: pal.lent,
    solidLent: pal.solidLent, ink: pal.ink, lentInk: pal.lentInk, letters: STATES.map(s => s.letter),
    edge: STATES.map(s => Boolean(s.edge)), alpha: (kind, place = 0) => dimmed(part, kind, place) ? FADED : 1,
  }
}

function other(layer, pal, only, processes) {
  const known = CLASSES[layer], fills = FILLS[layer](pal), classes = classesOf(layer, processes)
  const background = FREE_CLASS[layer]
  const order = Array.from({ length: known }, (_, i) => i).filter(i => i !== background)
  const pour = background < 0 ? order : [...order, background], solid = fills.map(f => f.solid ?? f.fill)
  const data = fills.map(f => f.fill), ink = fills.map(f => f.ink)
  return {
    layer, known, pour, pourTags: pour, data, solid, lent: data, solidLent: solid, ink, lentInk: ink, classes,
    letters: classes.map(c => c.letter), edge: fills.map(f => Boolean(f.edge)),
    alpha: kind => only === null || only === kind ? 1 : FADED,
  }
}

const FILLS = {
  migratetype: ({ c, pat }) => [
    { fill: c.kernel, ink: c["on-kernel"] }, { fill: c.file, ink: c["on-data"] }, { fill: c.slab, ink: c["on-slab"] },
    { fill: c.isolated, ink: c.paper }, { fill: pat.lines, solid: c.free, ink: c.ink },
    { fill: pat.slack, solid: c.slack, ink: c["slack-ink"] }, { fill: pat.hatch, solid: c.hole, ink: c.ink },
  ],
  order: ({ c, pat }) => [
    ...Array.from({ length: 11 }, (_, n) =>
      ({ fill: mix(c.link, c.paper, .12 + n * .088), ink: n < 5 ? c.ink : c.paper })),
    { fill: c.hole, ink: c.ink }, { fill: pat.lines, solid: c.free, ink: c.ink, edge: true },
  ],
  owner: ({ c, dark }) => [
    { fill: c.free, ink: c["ink-3"], edge: true }, { fill: c.kernel, ink: c["on-kernel"] },
    ...Array.from({ length: 16 }, (_, i) => ({ fill: hue(i, dark), ink: dark ? "#ffffff" : "#14161a" })),
    { fill: c.tags, ink: c["tags-ink"] },
  ],
  pinned: ({ c, pat }) => [
    { fill: c.file, ink: c["on-data"] }, { fill: c.pin, ink: c.paper },
    { fill: pat.blocked, solid: c.fail, ink: c["fail-text"] },
  ],
}

// sixteen owners: hues a golden angle apart, so that neighbours in the list differ most; letters tell them too
const hue = (i, dark) => `hsl(${Math.round(200 + i * 137.5) % 360} ${dark ? 42 : 48}% ${(dark ? 36 : 66) + i % 3 * 6}%)`

// `share` of a over b, both #rrggbb
export function mix(a, b, share) {
  const at = (colour, i) => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16)
  const part = i => Math.round(at(a, i) * share + at(b, i) * (1 - share)).toString(16).padStart(2, "0")
  return `#${part(0)}${part(1)}${part(2)}`
}
