// When the tour is shown, and where its card stands.
const GAP = 12, EDGE = 12 // px

/** @param {string} query @param {boolean} seen @param {boolean} driven by a program, which sees it only when it asks */
export function wanted(query, seen, driven) {
  const asked = new URLSearchParams(query).get("tour")
  return asked === "1" || asked === null && !seen && !driven
}

/**
 * Below the target, else above it, else over its lower edge; always inside the view.
 * @param {{left: number, top: number, bottom: number}} target @param {{width: number, height: number}} card
 * @param {{width: number, height: number}} view
 */
export function beside(target, card, view) {
  const within = (at, size, all) => Math.max(EDGE, Math.min(at, all - size - EDGE))
  const below = target.bottom + GAP, above = target.top - card.height - GAP
  const top = below + card.height <= view.height - EDGE ? below : above >= EDGE ? above
    : view.height - card.height - EDGE
  return { left: Math.round(within(target.left, card.width, view.width)),
    top: Math.round(within(top, card.height, view.height)) }
}
