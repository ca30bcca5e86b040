// The kinds of a page, in the order of the wire: letter on the map, words on the screen, colour tokens, pattern.
// `data`: token in ordinary memory; `lent`: token in tag storage.
export const HOLE = 0, KERNEL = 1, FREE = 2, PCP = 3, UNMOV = 4, SLAB = 5, ANON = 6
export const FILE = 7, DIRTY = 8, TAGGED = 9, PTABLE = 10, TAGS = 11, ISOL = 12
export const PINNED = 0x80
export const STATES = [
  { name: "hole", letter: "", data: "hole", ink: "ink-3", pattern: "hatch" },
  { name: "reserved", letter: "K", data: "kernel", ink: "on-kernel" },
  { name: "free", letter: "", data: "free", lent: "free", ink: "ink-3", edge: true },
  { name: "pcp", letter: "c", data: "free", lent: "free", ink: "ink-3", pattern: "lines", edge: true },
  { name: "unmovable", letter: "U", data: "kernel", ink: "on-kernel" },
  { name: "reclaimable", letter: "S", data: "slab", ink: "on-slab" },
  { name: "anon", letter: "a", data: "anon", lent: "lent", ink: "on-data" },
  { name: "file", letter: "f", data: "file", lent: "lent-2", ink: "on-data", lentPattern: "hatch-lent" },
  { name: "dirty", letter: "d", data: "file", lent: "lent-2", ink: "on-data", pattern: "dots",
    lentPattern: "hatch-lent" },
  { name: "tagged", letter: "T", data: "tagged", ink: "on-tagged" },
  { name: "pagetable", letter: "P", data: "kernel", ink: "on-kernel", pattern: "bars" },
  { name: "tags", letter: "R", data: "tags", lent: "tags", ink: "tags-ink" },
  { name: "isolated", letter: "i", data: "isolated", lent: "isolated", ink: "paper", pattern: "lines" },
]
export const KINDS = STATES.length
// a pageblock is poured left to right, from most to least interesting; a column of tag storage upwards, above tags
export const POUR = [TAGGED, ANON, DIRTY, FILE, ISOL, SLAB, PTABLE, UNMOV, KERNEL, PCP, FREE, HOLE]
export const POUR_TAG = [ANON, DIRTY, FILE, SLAB, PTABLE, UNMOV, KERNEL, ISOL, PCP, FREE]
// what a word of the answer or an entry of the legend singles out: [kinds in data, kinds in tag storage]
export const PARTS = {
  tags: [[], [TAGS]],
  back: [[], [ANON, FILE, DIRTY, FREE, PCP]],
  lent: [[], [ANON, FILE, DIRTY]],
  free: [[FREE, PCP], [FREE, PCP]],
  tagged: [[TAGGED], [TAGS]],
  anon: [[ANON], [ANON]],
  file: [[FILE, DIRTY], [FILE, DIRTY]],
  kernel: [[KERNEL, UNMOV, PTABLE, SLAB], []],
}
// whether a kind fades while `part` is singled out; `place` 0 is data, 1 tag storage
export const dimmed = (part, kind, place = 0) => Boolean(PARTS[part]) && !PARTS[part][place].includes(kind)
