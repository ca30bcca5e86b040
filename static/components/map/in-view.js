// What is in view, in words: the label of the picture, and what the screen says of it.
import { nf } from "../../lib/format.js"
import { WORDS } from "../../lib/layers.js"
import { ANON, DIRTY, FILE, FREE, KERNEL, PCP, PTABLE, SLAB, TAGGED, TAGS, UNMOV } from "../../lib/states.js"

export const GROUPS = [
  { word: "tagged", look: TAGGED, kinds: [TAGGED] }, { word: "anon", look: ANON, kinds: [ANON] },
  { word: "file", look: FILE, kinds: [FILE, DIRTY] },
  { word: "kernel", look: UNMOV, kinds: [UNMOV, PTABLE, KERNEL, SLAB] },
  { word: "free", look: FREE, kinds: [FREE, PCP] },
]
export const total = (counts, kinds) => kinds.reduce((n, kind) => n + counts[kind], 0)

export const extent = ({ camera, tally, run }) => camera.fit ? `${nf(run.plates.pages)} pages, ${run.meta.layout}`
  : `${nf(tally.pages)} data pages in view`

export function inView(map) {
  const { camera, tally, look } = map, head = `Memory map, ${camera.name} level: ${extent(map)}`
  if (look.layer !== "state") return `${head}, ${WORDS[look.layer]}`
  const data = GROUPS.map(({ word, kinds }) => `${nf(total(tally.data, kinds))} ${word}`).join(", ")
  const tags = tally.tags.reduce((a, b) => a + b, 0)
  return `${head}: ${data}. Tag storage: ${nf(tags)} tag pages, ${nf(tally.tags[TAGS])} reserved for tags.`
}
