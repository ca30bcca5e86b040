// Right of the map: the 32:1 brace, and what one height of the strip means.
import { say } from "./say.js"

export function paintKey({ land: x, camera, palette: { c, font }, look, run }) {
  const band = camera.list[0], X = camera.box.w + 14, line = camera.box.key > 100 ? 17 : 14
  const top = band.dataY + (camera.fit ? 0 : 74) // below the minimap
  brace(x, c, X, top, band.dataY + band.landH)
  unit(camera).forEach((words, i) => {
    const Y = (top + band.dataY + band.landH) / 2 + (i - .5) * line
    say(x, words, X + 5, Y, font("note", i === 1 ? 450 : 600), c["ink-2"])
  })
  const bottom = band.stripY + band.stripH
  if (!run.rules.tags) {
    say(x, "ordinary", X, bottom - band.stripH / 2, font("note", 650), c["ink-2"])
    say(x, "memory", X, bottom - band.stripH / 2 + line, font("note", 650), c["ink-2"])
    return
  }
  if (look.layer === "state" && camera.fit) heights(x, c, font, X, band, run.ledger)
  if (camera.level === 0 && look.layer === "state") say(x, "● pinned", X, bottom + 13, font("note", 600), c["ink-2"])
}

function brace(x, c, X, top, end) {
  x.strokeStyle = c["rule-2"]
  x.lineWidth = 1
  x.beginPath()
  x.moveTo(X - 7, top + .5)
  x.lineTo(X - 2, top + .5)
  x.lineTo(X - 2, end - .5)
  x.lineTo(X - 7, end - .5)
  x.stroke()
}

function unit(camera) {
  if (camera.level === 0) return ["32 blocks", "of data on", "1 of tags"]
  const block = camera.plates.plates[0].block || 1
  return [`${32 * block} pages`, "of data on", block > 1 ? `${block} tag pages` : "1 tag page"]
}

// bottom up: tags, lent, free; a word only where its height has room for it
function heights(x, c, font, X, { stripY, stripH }, v) {
  const tags = v.all ? "kept" : "tags"
  const parts = [[v.tags, tags, "tags-text"], [v.lent, "lent", "lent-text"], [v.free, "free", "ink-2"]]
  let below = 0
  for (const [pages, word, colour] of parts) {
    const h = pages / v.total * stripH, Y = stripY + stripH - below - h / 2 + 4
    if (h > 9) say(x, word, X, Y, font("note", 650), c[colour])
    below += h
  }
}
