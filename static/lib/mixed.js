// First pfn of a pageblock with something to see: many tagged pages (or, with MTE off, anonymous ones), but not only.
import { ANON, KINDS, TAGGED } from "./states.js"
import { BLOCK } from "./plates.js"

export function mixed({ plates, world, rules }) {
  const want = rules.tags ? TAGGED : ANON
  let best = [0, plates.plates[0].data_start]
  for (const p of plates.plates) for (let b = 0; b < p.blocks; b++) {
    const n = world.blocks[(p.b0 + b) * KINDS + want]
    if (n > best[0] && n < 400) best = [n, p.data_start + b * BLOCK]
  }
  return best[1]
}
