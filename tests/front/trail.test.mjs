import assert from "node:assert/strict"
import { test } from "node:test"
import { linkOf, proven } from "../../static/lib/address.js"
import { compared, figuresOf, parted, sinceWhen, written } from "../../static/lib/trail.js"

const HERE = { ops: [5, 10, 15, 20], digests: ["aa", "bb", "cc", "dd"] }
const FIGURES = { reserved: 482, tagged: 7130, lent: 812, free: 41000, oom_kills: 1 }

test("a trail comes back from its link as it was written", () => {
  const link = proven("http://host/runs/a?op=20", "b7c109f35ad2e811", "Carveout 0.1.0",
    { trail: written(HERE), figures: figuresOf({ figures: FIGURES }) })
  const { trail, figures } = linkOf(new URL(link).search)
  assert.deepEqual([trail, figures], ["aa.bb.cc.dd", "482.7130.812.41000.1"])
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
test("the figures of a link stand beside those of this engine, and those that differ are told", () => {
  const rows = compared("482.7131.812.41000.0", FIGURES)
  assert.deepEqual(rows.map(row => row.same), [true, false, true, true, false])
  assert.deepEqual(rows[1], { name: "tagged pages", link: 7131, here: 7130, same: false })
})
test("a link without figures says none, and nothing of it differs", () => {
  const rows = compared("", FIGURES)
  assert.deepEqual(rows.map(row => [row.link, row.same]), Array(5).fill([null, true]))
  assert.equal(compared("1.x.", FIGURES)[1].link, null)
})
