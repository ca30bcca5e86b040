// All bands: data, and the tag storage below it, each in its own window.
import { run } from "../../run.js"
import { paintBlock, paintRows } from "./paint-machine.js"
import { paintPages } from "./paint-pages.js"
import { paintBar, paintCells } from "./paint-strip.js"

export function paintLand(map) {
  const { land: x, camera, palette } = map, view = { x, camera, pal: palette, world: run.world, part: run.part }
  for (const band of camera.list) {
    clipped(x, [-3, band.dataY - 1, camera.box.w + 5, band.landH + 2], () => data(view, band))
    clipped(x, [-3, band.stripY - 4, camera.box.w + 5, band.stripH + camera.box.foot + 4], () => strip(view, band))
  }
}

function clipped(x, box, paint) {
  x.save()
  x.beginPath()
  x.rect(...box)
  x.clip()
  paint()
  x.restore()
}

function data(view, band) {
  const { camera } = view, paint = [paintBlock, paintRows, paintPages][camera.level]
  for (const { plate, c0, c1 } of band.segs) {
    const last = Math.min(plate.blocks, c1 * camera.plates.P)
    for (let block = c0 * camera.plates.P; block < last; block++) paint(view, camera.tile(plate, block), plate, block)
  }
}

function strip(view, band) {
  const { camera } = view
  for (const segment of band.segs) {
    if (!segment.plate.served) continue
    for (let col = segment.c0; col < segment.c1; col++) {
      if (camera.level === 0) paintBar(view, segment.plate, col)
      else cells(view, segment.plate, col)
    }
  }
}

function cells(view, plate, col) {
  const P = view.camera.plates.P
  for (let block = col * P; block < Math.min(plate.blocks, (col + 1) * P); block++) paintCells(view, plate, block)
}
