// The ledger of a frame: always the carve-out wide, from most to least committed. All in pages.
export function view({ ledger, packing }, rules) {
  const file = ledger.file + ledger.dirty, free = ledger.free + ledger.pcp, total = ledger.total || 1
  const full = Math.min(ledger.tagged / 32, ledger.tags)
  return {
    total, off: !rules.tags, all: rules.kept,
    tags: ledger.tags, tagged: ledger.tagged, full, slack: ledger.tags - full,
    anon: ledger.anon, file, free, other: ledger.other, lent: ledger.anon + file,
    back: total - ledger.tags, mean: filled(packing),
  }
}

// the numbers of the answer sentence, in pages: the same that sim/words/answer.py writes
export function said(v) {
  return { tags: v.tags, back: v.back, lent: v.lent, free: v.back - v.lent, tagged: v.tagged, full: Math.ceil(v.tagged / 32) }
}

export function segments(v) {
  if (v.off) return [seg("used", v.lent + v.other, "in use by anyone, unmovable requests too"), freeFor(v, "anyone")]
  return [
    seg("full", v.full, "tags, in full tag pages", "tags"),
    seg("slack", v.slack, "reserved, unfilled", "unfilled"),
    seg("anon", v.anon, "anon data, must migrate", "anon"),
    seg("file", v.file, "file cache, dropped on demand", "file"),
    seg("other", v.other, "anything else", "other"),
    freeFor(v, "movable untagged requests only"),
  ]
}

// tagged pages in a reserved tag page, on average over all that are reserved, those kept empty too
function filled(packing) {
  const pages = packing.reduce((sum, n) => sum + n, 0)
  return pages ? packing.reduce((sum, n, k) => sum + n * k, 0) / pages : 0
}

const seg = (name, pages, words, short = words) => ({ name, pages, words, short })
const freeFor = (v, whom) => seg("free", v.free, `free, for ${whom}`, "free")
