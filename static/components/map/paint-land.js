// All that is in view: data, and the tag storage below it, each in its own window. What was drawn is counted.
import { GRAN, PER_BLOCK } from "../../lib/plates.js"
import { Tally } from "../../lib/tally.js"
import { paintBlock, paintRows } from "./paint-machine.js"
import { paintPoured } from "./paint-poured.js"
import { paintPages } from "./paint-pages.js"
import { paintBar, paintCells } from "./paint-strip.js"

export function paintLand(map) {
  const { land: x, camera, palette, memory, look, run } = map, tally = new Tally(look.known)
  const types = (plate, block) => map.types().block(plate, block)?.pages?.[0]
  const view = { x, camera, pal: palette, run, world: run.world, memory, look, tally, types }
  const { w } = camera.box
  for (const part of camera.view) clipped(x, [-3, part.b.dataY - 1, w + 5, part.b.landH + 2], () => data(view, part))
  for (const part of camera.view) {
    const { b } = part
    const below = [-3, b.stripY - 4, w + 5, b.stripH + camera.box.foot + 4]
    if (part.plate.served) clipped(x, below, () => strip(view, part))
  }
  return tally
}

function clipped(x, box, paint) {
  x.save()
  x.beginPath()
  x.rect(...box)
  x.clip()
  paint()
  x.restore()
}

const SMALL = { w: 30, h: 14 } // px of a pageblock that is too small for patterns

function data(view, part) {
  const { camera, look, memory } = view, { plate, c0, c1, r0, r1 } = part, { P } = camera.plates
  const counts = look.layer === "state" ? view.world.blocks : memory.blocks
  const small = camera.su * PER_BLOCK < SMALL.w || camera.sv * GRAN < SMALL.h
  if (camera.fit && camera.level === 0 && small) return counts && paintPoured(view, part, counts)
  for (let c = c0; c < c1; c++) for (let r = r0; r < r1; r++) {
    const block = c * P + r
    if (block < plate.blocks) paintOne(view, camera.tile(plate, block), plate, block)
  }
}

// the level of the camera, or the next coarser one that is here
function paintOne(view, t, plate, block) {
  const { camera, memory, look } = view, { level } = camera, entry = level > 0 ? memory.block(plate, block) : null
  if (level >= 2 && entry?.pages) paintPages(view, t, plate, block, entry)
  else if (entry && memory.rows(entry)) paintRows(view, t, plate, block, entry)
  else if (look.layer === "state") paintBlock(view, t, plate, block, view.world.blocks)
  else if (memory.blocks) paintBlock(view, t, plate, block, memory.blocks)
}

function strip(view, part) {
  const { camera, memory, look } = view, { plate, c0, c1, r0, r1 } = part, { P } = camera.plates
  const poured = camera.fit && camera.level === 0
  for (let c = c0; c < c1; c += camera.merge) {
    const blocks = []
    for (let r = r0; !poured && r < r1 && c * P + r < plate.blocks; r++) blocks.push(c * P + r)
    const entries = blocks.map(block => memory.block(plate, block))
    if (!poured && entries.every(entry => entry?.tags)) {
      entries.forEach((entry, i) => paintCells(view, plate, blocks[i], entry))
    } else if (look.layer === "state" || memory.bars) paintBar(view, plate, c, Math.min(camera.merge, c1 - c))
  }
}
