import assert from "node:assert/strict"
import { test } from "node:test"
import { hex, mib, percent, signed, size } from "../../static/lib/format.js"
import { bounds, mean, sentence } from "../../static/lib/bounds.js"
import { said, segments, view } from "../../static/lib/ledger.js"
import { LAST, faster, notchOf, speedOf } from "../../static/lib/speed.js"

const LENDS = { tags: true, kept: false, lends: true }, KEEPS = { tags: true, kept: true, lends: false }
const OFF = { tags: false, kept: false, lends: false }
const LEDGER = { total: 512, tags: 100, tagged: 640, anon: 60, file: 40, dirty: 12, free: 290, pcp: 8, other: 2 }
const PACKING = Array.from({ length: 33 }, (_, k) => (k === 4 ? 92 : k === 32 ? 8 : 0))

test("sizes are KiB below 256 KiB and MiB above", () => {
  const said = [1, 63, 64, 7552, 256000].map(pages => size(pages).replace("\u00a0", " "))
  assert.deepEqual(said, ["4 KiB", "252 KiB", "0.25 MiB", "29.5 MiB", "1,000 MiB"])
})
test("a pfn is hexadecimal", () => assert.equal(hex(0x80020), "0x80020"))
test("one decimal from 1 MiB on, two below", () => assert.deepEqual([128, 512].map(mib), ["0.50", "2.0"]))
test("a share of nothing is nothing", () => assert.equal(percent(0, 0), "0%"))
test("rates have a sign, and nothing has none", () => assert.deepEqual([0, 2.5, -12].map(signed), ["", "+2.50", "−12"]))

test("the segments of the ledger fill the carve-out exactly", () => {
  for (const rules of [LENDS, KEEPS, OFF]) {
    const ledger = rules === OFF ? { ...LEDGER, tags: 0, tagged: 0, free: 390 } : LEDGER
    const v = view({ ledger, packing: PACKING }, rules)
    assert.equal(segments(v).reduce((sum, part) => sum + part.pages, 0), v.total)
  }
})
test("tags fill whole tag pages first, the rest is reserved and unfilled", () => {
  const v = view({ ledger: LEDGER, packing: PACKING }, LENDS)
  assert.deepEqual([v.full, v.slack, v.back], [20, 80, 412])
})
test("what the sentence says is what the ledger draws", () => {
  const v = view({ ledger: LEDGER, packing: PACKING }, LENDS)
  assert.deepEqual(said(v), { tags: 100, back: 412, lent: 112, free: 300, tagged: 640, full: 20 })
})

test("perfect packing needs tagged/32 tag pages, random placement far more", () => {
  const { ideal, random } = bounds(512, 512 * 32, 512)
  assert.equal(ideal, 16)
  assert.ok(random > 320 && random < 330)
})
test("the mean leaves tag pages without tagged pages out", () => assert.equal(mean([50, 1, 0, 1]), 2))
test("without tagged pages there is nothing to pack", () => {
  assert.match(sentence(PACKING, { tagged: 0, total: 512 }), /Nothing is tagged/)
})

test("every notch of the slider leads back to itself", () => {
  for (let notch = 0; notch <= LAST; notch++) assert.equal(notchOf(speedOf(notch)), notch)
})
test("speeds snap to the nearest notch by ratio", () => assert.equal(speedOf(notchOf(2100)), 2000))
test("faster than the fastest is full speed, slower than the slowest is one op a second", () => {
  assert.equal(faster(1e6, 1), 0)
  assert.equal(faster(0, 1), 0)
  assert.equal(faster(1, -1), 1)
})
