// What the map holds of a machine that is too big to be sent whole.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Camera } from "../../static/lib/camera.js"
import { Memory, queries } from "../../static/lib/memory.js"
import { Plates } from "../../static/lib/plates.js"
import { ANON, KINDS, TAGGED, TAGS } from "../../static/lib/states.js"
import { BOX, FVP_V1, FVP_V3, MINI } from "./geometries.mjs"

function at(geometry, level, pfn) {
  const camera = new Camera(new Plates(geometry))
  camera.resize(BOX)
  camera.look(pfn, camera.zoomOf(level))
  return { camera, memory: new Memory(camera.plates, "state", KINDS) }
}

test("machine level needs nothing beside the frame", () => {
  const { camera, memory } = at(FVP_V1, "machine", 0x80000)
  assert.equal(memory.plan(camera), null)
})

test("zone level asks for rows, the deeper ones for pages, of what is in view", () => {
  for (const [level, wanted] of [["zone", "row"], ["pageblock", "page"], ["page", "page"]]) {
    const { camera, memory } = at(FVP_V1, level, 0x90000), plan = memory.plan(camera)
    assert.equal(plan.level, wanted)
    const block = (0x90000 - 0x80000) / 512
    assert.ok(plan.ranges.some(r => r.plate.i === 0 && r.b0 <= block && block < r.b1))
  }
})

test("an answer is put where it belongs, tag pages under the pages they serve", () => {
  const { camera, memory } = at(FVP_V1, "page", 0x90000), plan = memory.plan(camera)
  const pages = plan.ranges.reduce((n, r) => n + (r.b1 - r.b0) * 512, 0)
  const data = new Uint8Array(pages * 5).fill(ANON, 0, pages)
  data[3] = TAGGED
  const tags = new Uint8Array(pages / 32 * 5)
  tags[0] = TAGS
  assert.equal(memory.has(plan, 7), false)
  memory.take(plan, 7, data, tags)
  assert.equal(memory.has(plan, 7), true)
  assert.equal(memory.has(plan, 8), false)
  const { plate, b0 } = plan.ranges[0], entry = memory.block(plate, b0)
  assert.equal(entry.pages[3], TAGGED)
  assert.equal(entry.tags[0], TAGS)
  assert.equal(memory.tagged(entry, 0), 1)
  assert.equal(memory.rows(entry)[ANON], 31)
})

test("what lies elsewhere is forgotten when the run has moved", () => {
  const { camera, memory } = at(FVP_V1, "page", 0x90000), first = memory.plan(camera)
  const bytes = plan => plan.ranges.reduce((n, r) => n + (r.b1 - r.b0) * 512, 0) * 5
  memory.take(first, 7, new Uint8Array(bytes(first)), new Uint8Array(bytes(first)))
  camera.look(0x8a0000, camera.zmax)
  const second = memory.plan(camera)
  memory.take(second, 8, new Uint8Array(bytes(second)), new Uint8Array(bytes(second)))
  assert.equal(memory.block(first.ranges[0].plate, first.ranges[0].b0), null)
})

test("memory outside every region is asked for without tag storage", () => {
  const { camera, memory } = at(FVP_V3, "page", 0x8f4010), plan = memory.plan(camera)
  const alone = { ...plan, ranges: plan.ranges.filter(r => !r.plate.served) }
  assert.equal(alone.ranges.length, 1)
  assert.deepEqual(queries(alone, "state"), [`level=page&layer=state&start=${0x8f4000}&end=${0x8f4200}`, null])
})

test("a small machine is in the frame; only owners are asked for, at the deepest level", () => {
  const { camera, memory } = at(MINI, "pageblock", 0x81000)
  memory.world = { pages: new Uint8Array(16896), rows: new Uint8Array(512 * KINDS), tag: new Uint8Array(512), op: 0 }
  assert.equal(memory.plan(camera), null)
  camera.look(0x81000, camera.zmax)
  assert.equal(memory.plan(camera).level, "page")
})
