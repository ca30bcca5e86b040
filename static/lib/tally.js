// What was drawn: how many pages of each class, in data and in tag storage, and which pfns they were.
export class Tally {
  constructor(known) {
    this.data = new Array(known).fill(0)
    this.tags = new Array(known).fill(0)
    this.dataPfns = []
    this.tagsPfns = []
    this.coarse = false // something was drawn coarser than the level asks for
  }

  // counts of one mixture that was drawn whole
  counts(place, from, at, known) { for (let k = 0; k < known; k++) this[place][k] += from[at + k] }
  page(place, kind, n = 1) { this[place][kind] += n }

  range(place, first, last) {
    const list = this[`${place}Pfns`], before = list.at(-1)
    if (before && before[1] === first) before[1] = last
    else list.push([first, last])
  }

  get pages() { return this.data.reduce((a, b) => a + b, 0) }
}
