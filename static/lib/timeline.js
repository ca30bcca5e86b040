// The arithmetic of the timeline: its domain, its ticks, where labels fit.

// the op at the right edge: the length halved as long as it still shows all that is recorded; the axis doubles, rarely
export function domain(head, length) {
  let end = Math.max(1, length)
  while (end / 2 >= Math.max(head, 16)) end = Math.ceil(end / 2)
  return end
}

// at most three round numbers between op 0 and the end
export function ticks(end) {
  const decade = 10 ** Math.floor(Math.log10(Math.max(1, end / 4)))
  const step = [1, 2, 5, 10].map(k => k * decade).findLast(s => s <= end / 3) || end
  const out = []
  for (let t = step; t < end * .9; t += step) out.push(t)
  return out
}

const RANK = { oom: 0, refusal: 1, command: 2, pin: 3, reserve: 4, migrate: 5, steal: 6 }

// The marks worth drawing, most important first: the first of each kind, the last of the failures and what a
// person did, no two in 3 px.
export function worth(marks, x) {
  const first = new Set(), kept = []
  const sorted = [...marks].sort((a, b) => (RANK[a.kind] ?? 9) - (RANK[b.kind] ?? 9) || a.op - b.op)
  for (const mark of sorted) {
    const near = kept.some(other => Math.abs(x(other.op) - x(mark.op)) < 3)
    if (near || !mark.bad && mark.kind !== "command" && first.has(mark.kind)) continue
    kept.push({ ...mark, named: mark.kind === "command" || !first.has(mark.kind) })
    first.add(mark.kind)
  }
  return kept
}

// Labels at the right or left of their mark, left out where they do not fit. taken: [from, to] px already used.
export function placed(marks, x, width, left, right, taken) {
  return marks.map(mark => {
    const at = x(mark.op), w = width(mark)
    const spots = [[at + 9, at + w, false], [at - w, at - 9, true]]
    const spot = spots.find(([a, b]) => a > left && b < right && !taken.some(([c, d]) => a < d && b > c))
    if (mark.named && spot) taken.push(spot)
    return { ...mark, x: at, spot: mark.named ? spot : undefined }
  })
}
