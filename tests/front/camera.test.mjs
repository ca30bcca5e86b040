import assert from "node:assert/strict"
import { test } from "node:test"
import { Camera } from "../../static/lib/camera.js"
import { Plates, bands } from "../../static/lib/plates.js"
import { BOX, FVP_V1 as PHONE, MINI, PHONE_16G, SERVER_64G } from "./geometries.mjs"

function cameraOf(geometry, more = {}) {
  const camera = new Camera(new Plates(geometry))
  camera.resize({ ...BOX, ...more })
  return camera
}

test("a data page and its tag page lie in one row, and lead to each other", () => {
  const plates = new Plates(MINI)
  assert.equal(plates.tagPage(plates.row(0x80020)), 0x84001)
  assert.equal(plates.across(0x8003f), 0x84001)
  assert.equal(plates.across(0x84001), 0x80020)
})

test("memory outside the map has no page", () => assert.equal(new Plates(MINI).index(0x7ffff), -1))

test("the arrows stop where the map ends", () => {
  const plates = new Plates(MINI)
  assert.equal(plates.step(0x80000, "ArrowUp"), null)
  assert.equal(plates.step(0x80000, "ArrowRight"), 0x80020)
})

const SCREENS = [["mini", MINI, { min: 70 }], ["phone", PHONE, {}], ["phone in bands", PHONE, { w: 360, min: 10 }]]
for (const [name, geometry, more] of SCREENS) {
  test(`the middle of every cell is the page that was drawn there: ${name}`, () => {
    const camera = cameraOf(geometry, more), { plates } = camera.plates
    for (const plate of plates) for (let i = 0; i < plate.data_pages; i += 97) {
      const q = camera.cell(plate.data_start + i), hit = camera.at(q.x + q.w / 2, q.y + q.h / 2)
      assert.equal(hit?.g, camera.plates.row(plate.data_start + i))
      if (q.h > .05) assert.equal(hit.pfn, plate.data_start + i)
    }
  })
  test(`the middle of every cell of the strip is its tag page: ${name}`, () => {
    const camera = cameraOf(geometry, more)
    for (const plate of camera.plates.plates) for (let i = 0; i < plate.tag_pages; i += 13) {
      const q = camera.stripCell(plate.g0 + i), hit = camera.at(q.x + q.w / 2, q.y + q.h / 2)
      assert.equal(hit?.pfn, plate.tag_start + i)
    }
  })
}

test("narrow columns wrap into bands that hold every column once", () => {
  const plates = new Plates(MINI), all = bands(plates, 880, 70, 4)
  assert.equal(all.length, 4)
  assert.equal(all.flat().reduce((n, s) => n + s.c1 - s.c0, 0), 32)
})

test("above 16 GiB columns stand together until a tile is wide enough to see", () => {
  const merge = geometry => {
    const camera = new Camera(new Plates(geometry))
    camera.resize({ ...BOX, w: 1300, maxBands: 2 })
    return camera.merge
  }
  assert.deepEqual([MINI, PHONE, PHONE_16G, SERVER_64G].map(merge), [1, 1, 1, 8])
})
