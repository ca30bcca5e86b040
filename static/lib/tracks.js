// The arithmetic of the opened timeline: what changed between samples, and the sample at an op.

/**
 * Sums of what a cumulative or standing number changed by, in bins of equal width.
 * @param {number[]} op @param {number[]} values @param {number} end op at the right edge @param {number} bins
 * @returns {{up: number, down: number}[]} rises and falls apart
 */
export function changes(op, values, end, bins) {
  const out = Array.from({ length: bins }, () => ({ up: 0, down: 0 }))
  for (let i = 1; i < op.length; i++) {
    const bin = out[Math.min(bins - 1, Math.floor(op[i] / end * bins))], by = values[i] - values[i - 1]
    if (by > 0) bin.up += by
    else bin.down -= by
  }
  return out
}

/** index of the last sample not after an op, -1 without any
 * @param {number[]} ops ascending @param {number} op */
export function sampleAt(ops, op) {
  let low = 0, high = ops.length
  while (low < high) {
    const mid = (low + high) >> 1
    if (ops[mid] <= op) low = mid + 1
    else high = mid
  }
  return low - 1
}
