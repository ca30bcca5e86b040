// Text on the canvas.
export function say(x, words, X, Y, font, colour, { align = "left", halo = "" } = {}) {
  x.font = font
  x.textAlign = align
  x.textBaseline = "alphabetic"
  if (halo) {
    x.lineJoin = "round"
    x.strokeStyle = halo
    x.lineWidth = 4
    x.strokeText(words, X, Y)
  }
  x.fillStyle = colour
  x.fillText(words, X, Y)
  return widthOf(x, words, font)
}

// the first of these words that fits, or none
export function fitting(x, candidates, font, width) {
  x.font = font
  return candidates.find(words => widthOf(x, words, font) < width)
}

// measuring costs as much as drawing, and most words stay as they are
const KEPT = 500
const widths = new Map()
function widthOf(x, words, font) {
  const key = font + words
  if (!widths.has(key)) {
    if (widths.size >= KEPT) widths.clear()
    widths.set(key, x.measureText(words).width)
  }
  return widths.get(key)
}
document.fonts.addEventListener("loadingdone", () => widths.clear())
