import assert from "node:assert/strict"
import { test } from "node:test"
import { linkOf, proven } from "../../static/lib/address.js"
import { parted, sinceWhen, written } from "../../static/lib/trail.js"

const HERE = { ops: [5, 10, 15, 20], digests: ["aa", "bb", "cc", "dd"] }

test("a trail comes back from its link as it was written", () => {
  const link = proven("http://host/runs/a?op=20", "b7c109f35ad2e811", "Carveout 0.1.0", written(HERE))
  assert.equal(linkOf(new URL(link).search).trail, "aa.bb.cc.dd")
})
test("two states part between the last op that is the same and the first that differs", () => {
  const found = parted("aa.bb.c0.d0", HERE)
  assert.deepEqual([found.last, found.since, found.rows.map(row => row.same)], [10, 15, [true, true, false, false]])
  assert.equal(sinceWhen(found), "it is the same at op 10 and differs at op 15")
})
test("a state that differs from the start was never seen to be the same", () => {
  assert.equal(sinceWhen(parted("a0.b0.c0.d0", HERE)), "it differs at op 5 already")
})
test("a trail of another length, or one that is the same throughout, says nothing", () => {
  assert.equal(parted("aa.bb", HERE), null)
  assert.equal(parted("aa.bb.cc.dd", HERE), null)
})
