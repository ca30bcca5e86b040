// What a CSS colour is in numbers: asked of a canvas, once for each.
const known = new Map()
let canvas

export function rgbOf(colour) {
  if (!known.has(colour)) known.set(colour, ask(colour))
  return known.get(colour)
}

function ask(colour) {
  canvas ??= Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
  const x = canvas.getContext("2d", { willReadFrequently: true })
  x.fillStyle = colour
  x.fillRect(0, 0, 1, 1)
  return [...x.getImageData(0, 0, 1, 1).data].slice(0, 3)
}
