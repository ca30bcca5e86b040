// The speed slider: logarithmic, snapping to 1, 2 and 5 of each decade; the last notch is full speed (0 on the wire).
const NOTCHES = [...decades(6), 0]
function decades(n) {
  return Array.from({ length: n }, (_, d) => [1, 2, 5].map(k => k * 10 ** d)).flat().concat(10 ** n)
}
export const LAST = NOTCHES.length - 1
export const speedOf = notch => NOTCHES[Math.max(0, Math.min(LAST, Math.round(notch)))]

// the notch nearest to a speed, by ratio
export function notchOf(speed) {
  if (!speed) return LAST
  const off = NOTCHES.slice(0, LAST).map(n => Math.abs(Math.log(n / speed)))
  return off.indexOf(Math.min(...off))
}
export const faster = (speed, notches) => speedOf(Math.max(0, notchOf(speed) + notches))
