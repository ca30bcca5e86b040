// The camera at every zoom: what is drawn somewhere is what is found there.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Camera, LEVELS } from "../../static/lib/camera.js"
import { Plates } from "../../static/lib/plates.js"
import { BOX, LAYOUTS } from "./geometries.mjs"

const cameraOf = (geometry, more) => {
  const camera = new Camera(new Plates(geometry))
  camera.resize({ ...BOX, ...more })
  return camera
}
// some pfns of every plate, the first and the last among them
const some = p => Array.from({ length: 40 }, (_, i) => p.data_start + Math.floor(i * (p.data_pages - 1) / 39))

for (const [name, geometry, more] of LAYOUTS) {
  test(`a page looked at stands in the window, and is found where it stands: ${name}`, () => {
    const camera = cameraOf(geometry, more)
    for (const plate of camera.plates.plates) for (const pfn of some(plate)) for (const level of LEVELS) {
      camera.look(pfn, camera.zoomOf(level))
      const q = camera.cell(pfn), hit = camera.at(q.x + q.w / 2, q.y + q.h / 2)
      if (q.h > .05) assert.equal(hit?.pfn, pfn, `${level} ${pfn.toString(16)}`)
      else assert.equal(hit?.g, camera.plates.row(pfn))
    }
  })

  test(`the tag page of a page in view is in the strip, straight below it: ${name}`, () => {
    const camera = cameraOf(geometry, more)
    const pfns = camera.plates.plates.filter(p => p.served).flatMap(some)
    for (const pfn of pfns) for (const level of LEVELS) {
      camera.look(pfn, camera.zoomOf(level))
      const g = camera.plates.row(pfn), q = camera.stripCell(g), above = camera.column(g)
      assert.equal(q.x, above.x)
      assert.ok(q.h > 0, `${level} ${pfn.toString(16)}: out of the strip`)
      assert.equal(camera.at(q.x + q.w / 2, q.y + q.h / 2)?.pfn, camera.plates.tagPage(g))
    }
  })

  test(`each level is reached, and the view names every pageblock that shows: ${name}`, () => {
    const camera = cameraOf(geometry, more), middle = some(camera.plates.plates[0])[20]
    for (const level of LEVELS) {
      camera.look(middle, camera.zoomOf(level))
      assert.equal(camera.name, level)
      const { dataY, landH } = camera.list[0]
      const hits = [.1, .3, .5, .7, .9].map(f => camera.at(camera.box.w * f, dataY + landH * f))
      for (const hit of hits.filter(Boolean)) {
        const { col, r } = camera.plates.place(hit.block)
        assert.ok(camera.view.some(v => v.plate === hit.plate && col >= v.c0 && col < v.c1 && r >= v.r0 && r < v.r1))
      }
    }
  })

  test(`what is under the pointer stays there while the wheel turns: ${name}`, () => {
    const camera = cameraOf(geometry, more), middle = some(camera.plates.plates[0])[20]
    camera.look(middle, camera.zoomOf("pageblock"))
    const [x, y] = [camera.box.w / 2, camera.list[0].dataY + camera.list[0].landH / 2], hit = camera.at(x, y)
    if (!hit) return
    for (let i = 0; i < 3; i++) camera.zoomAt(x, y, 1.2)
    const after = camera.at(x, y)
    assert.ok(after && Math.abs(after.pfn - hit.pfn) <= 32, `${hit.pfn} became ${after?.pfn}`)
  })
}

test("zooming out ends at the whole machine", () => {
  for (const [, geometry, more] of LAYOUTS) {
    const camera = cameraOf(geometry, more)
    camera.look(camera.plates.plates[0].data_start, camera.zmax)
    for (let i = 0; i < 40; i++) camera.zoomAt(100, 100, .6)
    assert.equal(camera.name, "machine")
  }
})

test("rows grow a little faster than columns, up to the size of a page", () => {
  for (const [, geometry, more] of LAYOUTS) {
    const camera = cameraOf(geometry, more)
    camera.look(camera.plates.plates[0].data_start, camera.zmax)
    assert.deepEqual([Math.round(camera.su), Math.round(camera.sv)], [84, 34])
  }
})
