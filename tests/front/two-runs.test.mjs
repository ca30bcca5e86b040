import assert from "node:assert/strict"
import { test } from "node:test"
import { deflateRawSync } from "node:zlib"
import { createRun, runOf } from "../../static/run.js"
import { KINDS, STATES, TAGGED } from "../../static/lib/states.js"

globalThis.requestAnimationFrame = done => setTimeout(done, 0)

// one plate of `blocks` pageblocks, the first with `tagged` tagged pages
function pieces(blocks, tagged, policy) {
  const plate = { zone: "Z", data_start: 0, data_pages: 512 * blocks, tag_start: 512 * blocks, tag_pages: 16 * blocks,
    block: 1, tags_in: "Z", columns: blocks }
  const kinds = KINDS, bytes = new Uint8Array(blocks * kinds * 2 + blocks * (kinds + 2) * 2)
  new DataView(bytes.buffer).setUint16(TAGGED * 2, tagged, true)
  const frame = { op: tagged, seq: 1, head: tagged, state: "paused", pins: [], map: deflateRawSync(bytes).toString("base64"),
    ledger: { total: 16, tags: 1, tagged, anon: 0, file: 0, dirty: 0, free: 0, pcp: 0, other: 0 }, packing: [] }
  return { meta: { id: policy, rules: policy, role: "presenter", geometry: { P: 1, small: false, plates: [plate] } }, frame,
    series: { op: [], marks: [], commands: [`${tagged}:drain`] } }
}

const OFF = { tags: false, kept: false, lends: false }, LENDS = { tags: true, kept: false, lends: true }

test("two runs with different frames share nothing", async () => {
  assert.ok(STATES.length === KINDS)
  const roots = [new EventTarget(), new EventTarget()], heard = [[], []]
  const [a, b] = [createRun(roots[0], pieces(1, 5, LENDS)), createRun(roots[1], pieces(2, 300, OFF))]
  roots.forEach((root, i) => ["frame", "series", "connection", "part"].forEach(type =>
    root.addEventListener(`run:${type}`, () => heard[i].push(type))))
  await Promise.all([a.begin(), b.begin()])
  assert.deepEqual([a, b].map(run => [run.frame.op, run.world.blocks[TAGGED], run.plates.pages]),
    [[5, 5, a.plates.pages], [300, 300, 2 * a.plates.pages]])
  assert.deepEqual([a, b].map(run => [run.ledger.off, run.commands[0]]), [[false, "5:drain"], [true, "300:drain"]])

  const before = { ...b }
  await a.take({ ...a.frame, op: 6, seq: 4 })
  a.connect("lost")
  a.single("tags")
  a.takeSeries({ op: [1], marks: [] })
  assert.deepEqual({ ...b }, before)
  assert.deepEqual([a.frame.op, a.skipped, a.drawn, a.connection, a.part], [6, 2, 2, "lost", "tags"])
  assert.deepEqual(heard, [["series", "frame", "frame", "connection", "part", "series"], ["series", "frame"]])
})

test("what lies inside a root finds the run of that root, the nearest first", () => {
  const outer = new EventTarget(), inner = Object.assign(new EventTarget(), { parentNode: outer })
  const [a, b] = [createRun(outer, pieces(1, 1, LENDS)), createRun(inner, pieces(1, 2, LENDS))]
  assert.equal(runOf({ parentNode: { parentNode: outer } }), a)
  assert.equal(runOf({ parentNode: inner }), b)
})

test("a command goes to its own run, and what is said of it is heard there", async () => {
  const asked = [], roots = [new EventTarget(), new EventTarget()], heard = []
  globalThis.fetch = async url => { asked.push(url); return new Response('{"detail": "no"}', { status: 403 }) }
  const [a] = roots.map((root, i) => createRun(root, { ...pieces(1, 1, LENDS), meta: { ...pieces(1, 1, LENDS).meta, id: `r${i}` } }))
  roots.forEach((root, i) => root.addEventListener("run:refused", e => heard.push([i, e.detail])))
  await a.command("play")
  assert.deepEqual([asked, heard], [["/api/runs/r0/commands"], [[0, "no"]]])
})
