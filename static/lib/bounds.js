// How well tags could be packed, and how badly: the two bounds of a packing. p is the tagged share of all data pages.
export function bounds(tagged, dataPages, tagPages) {
  const p = dataPages ? tagged / dataPages : 0
  return { ideal: p * tagPages, random: (1 - (1 - p) ** 32) * tagPages }
}
// tagged pages in a tag page that holds any, on average
export const mean = packing => {
  const pages = packing.reduce((a, n, k) => a + (k ? n : 0), 0)
  return pages ? packing.reduce((a, n, k) => a + n * k, 0) / pages : 0
}

// the sentence of sim/words: how far the reserved tag pages are from perfect packing, and how far random placement is
export function sentence(packing, { tagged, total }) {
  const reserved = packing.reduce((a, n, k) => a + (k ? n : 0), 0)
  if (!reserved || !tagged || !total) return "Nothing is tagged, so no tag page holds tags."
  const { ideal, random } = bounds(tagged, total * 32, total), one = reserved === 1, least = Math.max(ideal, 1)
  const pages = `${reserved.toLocaleString("en-US")} tag ${one ? "page holds" : "pages hold"} tags`
  return `${pages}, <b>${mean(packing).toFixed(1)} of 32</b> each on average: <b>${(reserved / least).toFixed(1)} times
    ideal</b>; random placement would be ${(random / least).toFixed(1)} times.`
}
