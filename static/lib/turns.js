// Turns: what need not be drawn with every frame waits for its own.

/**
 * A queue that works off what waits, first come first served, and stops for this turn when the time is used up. Whoever
 * waits already keeps its place.
 * @param {(turn: () => void) => void} next calls back when the next turn begins
 * @param {() => number} budget ms of the turn that begins; 0: one job @param {() => number} now
 */
export function turns(next, budget, now = () => performance.now()) {
  const waiting = new Set()
  let due = false
  const turn = () => {
    const until = now() + budget()
    for (const job of waiting) {
      waiting.delete(job)
      job.turn()
      if (now() >= until) break
    }
    due = waiting.size > 0
    if (due) next(turn)
  }
  return job => {
    waiting.add(job)
    if (due) return
    due = true
    next(turn)
  }
}
