import assert from "node:assert/strict"
import { test } from "node:test"
import { address, linkOf, proven } from "../../static/lib/address.js"
import { csvOf, nameOf } from "../../static/lib/files.js"
import { plain, spoken } from "../../static/lib/spoken.js"
import { atOom, checked, noteOf, standing } from "../../static/lib/standing.js"
import { beside, wanted } from "../../static/lib/tour.js"

const facts = (more = {}) => ({
  connection: "live", since: 0, behind: 0, mine: true, now: 12_000, past: 0, oom: false,
  frame: { op: 1733806, state: "paused", fault: "" }, ...more,
})
const playing = { op: 5, state: "playing" }

test("live, paused, ended and at the OOM are words of their own", () => {
  assert.deepEqual(standing(facts({ frame: playing })), ["live", ""])
  assert.deepEqual(standing(facts()), ["paused", "idle"])
  assert.deepEqual(standing(facts({ oom: true })), ["paused at the OOM", "idle"])
  assert.deepEqual(standing(facts({ frame: { op: 42, state: "ended" } })), ["ended", "idle"])
  assert.deepEqual(standing(facts({ past: 7, frame: { op: 42, state: "stopped" } })), ["stopped", "bad"])
})
test("nothing is said under the head when nothing is wrong", () => assert.equal(noteOf(facts()), null))
test("the past is so many ops behind live, and there are three ways on", () => {
  const past = facts({ past: 261194 })
  assert.equal(standing(past)[0], "261,194 ops behind live")
  assert.deepEqual(noteOf(past).acts.map(([, act]) => act), ["live", "fork", "drop"])
  assert.equal(noteOf({ ...past, mine: false }), null)
})
test("a lost connection says since when and which op is on screen", () => {
  const note = noteOf(facts({ connection: "lost" }))
  assert.equal(note.words, "Connection lost 12 s ago. This is the last good picture, op 1,733,806. Trying again.")
  assert.deepEqual(note.acts, [["Try now", "retry"]])
})
test("behind is said from three frames on", () => {
  assert.deepEqual(standing(facts({ behind: 2, frame: playing })), ["live", ""])
  assert.equal(standing(facts({ behind: 3, frame: playing }))[0], "behind by 3")
  assert.match(noteOf(facts({ behind: 14, frame: playing })).words, /^Behind by 14 frames/)
})
test("an OOM is at the op of its mark only", () => {
  assert.deepEqual([41, 42].map(op => atOom([{ kind: "oom", op: 42 }], op)), [false, true])
})

const LINK = "http://host/runs/a?scenario=mini&op=12"
test("a link that proves itself comes back as what it said", () => {
  const link = linkOf(new URL(proven(LINK, "b7c109f35ad2e811", "Carveout 0.1.0")).search)
  assert.deepEqual(link, { op: 12, digest: "b7c109f35ad2e811", engine: "Carveout 0.1.0", trail: "", figures: "" })
})
test("a playing run has no digest, so its link proves nothing", () => assert.equal(proven(LINK, "", "x"), LINK))
test("the digest of a link does not stay in the address when the run moves", () => {
  const run = { scenario: "mini", policy: "off", seed: 7, op: 13 }
  assert.equal(address("/runs/a", "?digest=1&engine=x&tour=0", run), "/runs/a?scenario=mini&policy=off&seed=7&op=13")
})
test("the same digest is verified, another one differs, and another op says nothing", () => {
  const link = { op: 12, digest: "b7c109f35ad2e811", engine: "Carveout 0.0.9" }
  const at = (op, digest) => checked(link, { op, digest }, "Carveout 0.1.0")
  assert.equal(at(12, link.digest).words, "Same state, verified: b7c1 09f3 5ad2 e811.")
  assert.match(at(12, "0000000000000000").words, /^Not the same state: .* made with Carveout 0\.0\.9, this is Car/)
  assert.equal(at(13, "0000000000000000"), null)
  assert.equal(at(12, ""), null)
})

test("of many failures the newest is spoken and the others are counted", () => {
  const marks = [{ op: 3, words: "refused", bad: true }, { op: 4, words: "taken", bad: false },
    { op: 9, words: "<b>OOM</b> kill", bad: true }]
  assert.equal(spoken(marks, 0), "Op 9: OOM kill. And 1 more failure since op 0.")
  assert.equal(spoken(marks, 9), "")
})
test("HTML is spoken as text", () => assert.equal(plain("<b>1&nbsp;KiB</b> &lt;x&gt; &amp; y"), "1 KiB <x> & y"))

test("a table becomes CSV", () => {
  assert.equal(csvOf([["op", "words"], ["1,204", 'says "no",\n twice']]), 'op,words\r\n1204,"says ""no"", twice"\r\n')
  assert.equal(nameOf("mini-packing", 12, "csv"), "carveout-mini-packing-op12.csv")
})

test("the tour is for first visits of people, and for whoever asks", () => {
  assert.deepEqual([wanted("", false, false), wanted("", true, false), wanted("", false, true)], [true, false, false])
  assert.deepEqual([wanted("?tour=1", true, true), wanted("?tour=0", false, false)], [true, false])
})
test("its card stands beside what it speaks of, inside the view", () => {
  const view = { width: 1000, height: 800 }, card = { width: 400, height: 200 }
  assert.deepEqual(beside({ left: 20, top: 10, bottom: 100 }, card, view), { left: 20, top: 112 })
  assert.deepEqual(beside({ left: 900, top: 700, bottom: 790 }, card, view), { left: 588, top: 488 })
  assert.deepEqual(beside({ left: 0, top: 5, bottom: 795 }, card, view), { left: 12, top: 588 })
})
