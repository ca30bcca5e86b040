// How well tags could be packed, and how badly: the two bounds of a packing. p is the tagged share of all data pages.
export function bounds(tagged, dataPages, tagPages) {
  const p = dataPages ? tagged / dataPages : 0
  return { ideal: p * tagPages, random: (1 - (1 - p) ** 32) * tagPages }
}
// tagged pages a reserved tag page serves on average
export const mean = packing => {
  const pages = packing.reduce((a, n) => a + n, 0)
  return pages ? packing.reduce((a, n, k) => a + n * k, 0) / pages : 0
}
