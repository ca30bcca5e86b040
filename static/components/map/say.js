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
  return x.measureText(words).width
}

// the first of these words that fits, or none
export function fitting(x, candidates, font, width) {
  x.font = font
  return candidates.find(words => x.measureText(words).width < width)
}
