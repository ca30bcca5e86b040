// An SVG of the page as a file that needs nothing from the page: colours and fonts written into it; and as PNG.
import { token } from "./piece.js"

const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "opacity",
  "font-family", "font-size", "font-weight", "text-anchor"]
const SCALE = 2

/** @param {SVGSVGElement} svg @returns {Promise<string>} */
export async function standalone(svg) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true)), { width, height } = svg.getBoundingClientRect()
  const from = [...svg.querySelectorAll("*")]
  copy.querySelectorAll("*").forEach((element, i) => dress(element, from[i]))
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg")
  for (const [key, value] of Object.entries({ width, height })) copy.setAttribute(key, String(Math.round(value)))
  if (!copy.getAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`)
  copy.prepend(await fonts(), paper(width, height))
  return new XMLSerializer().serializeToString(copy)
}

// what the style sheets say, as attributes of the element
function dress(element, from) {
  const style = getComputedStyle(from)
  for (const name of STYLES) {
    const value = style.getPropertyValue(name)
    if (value && value !== "none" || name === "fill") element.setAttribute(name, value)
  }
  element.removeAttribute("class")
}

function paper(width, height) {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect")
  for (const [key, value] of Object.entries({ width, height, fill: token("paper") })) rect.setAttribute(key, String(value))
  return rect
}

// the sans face, inside the file
let face
async function fonts() {
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style")
  style.textContent = await (face ??= load())
  return style
}

async function load() {
  const rules = [...document.styleSheets].flatMap(faces)
  const rule = rules.find(rule => rule.style.getPropertyValue("font-family").includes("Source Sans"))
  const path = rule?.style.getPropertyValue("src").match(/url\("?([^")]+)"?\)/)?.[1]
  if (!path) return ""
  const bytes = new Uint8Array(await (await fetch(new URL(path, rule.parentStyleSheet.href))).arrayBuffer())
  let binary = ""
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return `@font-face{font-family:"Source Sans 3";font-weight:200 900;` +
    `src:url(data:font/woff2;base64,${btoa(binary)}) format("woff2")}`
}

// the @font-face rules of a style sheet and of those it imports
const faces = sheet => [...sheet.cssRules].flatMap(rule =>
  rule instanceof CSSImportRule ? faces(rule.styleSheet) : rule instanceof CSSFontFaceRule ? [rule] : [])

/** @param {string} svg @returns {Promise<Blob | null>} */
export async function pngOf(svg) {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const sheet = document.createElement("canvas")
    Object.assign(sheet, { width: image.width * SCALE, height: image.height * SCALE })
    sheet.getContext("2d").drawImage(image, 0, 0, sheet.width, sheet.height)
    return await new Promise(done => sheet.toBlob(done, "image/png"))
  } finally {
    URL.revokeObjectURL(url)
  }
}
