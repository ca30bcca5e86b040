import assert from "node:assert/strict"
import { test } from "node:test"
import { deflateRawSync } from "node:zlib"
import { turns } from "../../static/lib/turns.js"
import { actionOf } from "../../static/lib/keys.js"
import { address } from "../../static/lib/address.js"
import { decode, inflate, split } from "../../static/lib/wire.js"
import { Plates } from "../../static/lib/plates.js"
import { domain, placed, ticks, worth } from "../../static/lib/timeline.js"
import { POUR, STATES, dimmed, TAGGED, ANON } from "../../static/lib/states.js"

const BODY = { tagName: "BODY" }
const key = (name, more = {}) => actionOf({ key: name, ...more }, BODY)

test("arrows move one op, with Shift ten", () => {
  assert.deepEqual(key("ArrowRight"), { act: "step", n: 1 })
  assert.deepEqual(key("ArrowLeft", { shiftKey: true }), { act: "back", n: 10 })
})
test("a presenter remote's full stop plays, as the space bar does", () => {
  assert.deepEqual([key(".").act, key(" ").act], ["play", "play"])
})
test("no key works inside an input", () => assert.equal(actionOf({ key: "r" }, { tagName: "INPUT" }), null))
test("no key is taken from the browser", () => assert.equal(key("r", { ctrlKey: true }), null))
test("the space bar presses the button that has the focus", () => {
  assert.equal(actionOf({ key: " " }, { tagName: "BUTTON" }), null)
})

test("the address keeps what it does not know and says what is on screen", () => {
  const run = { scenario: "mini", policy: "off", seed: 7, op: 12, set: { "layout.cpus": 4 }, part: null }
  const url = address("/runs/a", "?embed=1&theme=dark&op=3&set=old%3D1", run)
  assert.equal(url, "/runs/a?embed=1&op=12&scenario=mini&policy=off&seed=7&set=layout.cpus%3D4")
})

test("what waits has its turn in the order in which it asked, however often it asks", () => {
  const done = [], next = []
  const soon = turns(turn => next.push(turn), () => 0)
  const jobs = ["map", "ledger"].map(name => ({ turn: () => done.push(name) }))
  for (const i of [0, 1, 0, 1, 0]) soon(jobs[i])
  while (next.length) next.shift()()
  assert.deepEqual(done, ["map", "ledger"])
})
test("a turn ends when its time is used up, and the next one goes on", () => {
  const next = [], turned = []
  let clock = 0
  const soon = turns(turn => next.push(turn), () => 5, () => clock)
  for (let i = 0; i < 5; i++) soon({ turn: () => { clock += 3; turned.push(clock) } })
  const lengths = []
  while (next.length) {
    next.shift()()
    lengths.push(turned.length)
  }
  assert.deepEqual(lengths, [2, 4, 5])
})

const TINY = new Plates({ P: 1, small: true, plates: [{ zone: "Z", data_start: 0, data_pages: 512, tag_start: 512,
  tag_pages: 16, block: 1, tags_in: "Z", columns: 1 }] })

test("a frame's map comes back as counts and pages", async () => {
  const bytes = new Uint8Array(13 * 2 + 15 * 2 + 528)
  new DataView(bytes.buffer).setUint16(TAGGED * 2, 500, true)
  bytes[13 * 2 + 15 * 2 + 3] = 0x80 | ANON
  const map = await decode(deflateRawSync(bytes).toString("base64"), TINY)
  assert.equal(map.blocks[TAGGED], 500)
  assert.equal(map.pages[3], 0x80 | ANON)
})
test("a map that is inflated in many pieces comes back whole, and a broken one is refused", async () => {
  const bytes = Uint8Array.from({ length: 1_000_000 }, (_, i) => i * 7919 >> 5)
  assert.deepEqual(new Uint8Array(await inflate(deflateRawSync(bytes))), bytes)
  await assert.rejects(inflate(Uint8Array.of(7, 7, 7, 7)))
})
test("a map that does not fit the machine is not drawn", () => {
  assert.throws(() => split(new ArrayBuffer(10), TINY), /map: 10 bytes, expected 584/)
})

test("the axis doubles as the run goes on", () => {
  assert.deepEqual([0, 100, 600, 1000].map(head => domain(head, 1000)), [16, 125, 1000, 1000])
})
test("a short run has its whole length from the start", () => assert.equal(domain(0, 20), 20))
test("ticks are round and few", () => {
  for (const end of [20, 42, 200000, 1995000]) assert.ok(ticks(end).length <= 4, `${end}: ${ticks(end)}`)
  assert.deepEqual(ticks(200000), [50000, 100000, 150000])
})
test("of many marks the failures and the first of each kind are drawn", () => {
  const marks = [{ op: 1, kind: "pin" }, { op: 50, kind: "pin" }, { op: 20, kind: "oom", bad: true }]
  assert.deepEqual(worth(marks, op => op * 10).map(m => m.op), [20, 1])
})
test("a label that does not fit is left out", () => {
  const marks = worth([{ op: 10, kind: "oom", bad: true }, { op: 12, kind: "pin" }], op => op * 5)
  const [first, second] = placed(marks, op => op * 5, () => 60, 0, 150, [])
  assert.ok(first.spot)
  assert.equal(second.spot, undefined)
})

test("every kind of page is poured, each once", () => {
  assert.deepEqual([...POUR].sort((a, b) => a - b), STATES.map((_, k) => k).filter(k => k !== 11))
})
test("a part fades everything else, and nothing fades without one", () => {
  assert.equal(dimmed("tagged", ANON), true)
  assert.equal(dimmed(null, ANON), false)
})
