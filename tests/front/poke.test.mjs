import assert from "node:assert/strict"
import { test } from "node:test"
import { address } from "../../static/lib/address.js"
import { begun, phrase, taken } from "../../static/lib/poke.js"
import { worth } from "../../static/lib/timeline.js"

test("a command takes what it needs of its form, and leaves out what is empty", () => {
  const form = Object.entries({ command: "poke", pfn: "0x8fc5e2", ops: "", order: "0" })
  assert.deepEqual(taken("pin", form), { do: "pin", pfn: "0x8fc5e2" })
  assert.deepEqual(taken("pin", [...form, ["ops", "90"]]), { do: "pin", pfn: "0x8fc5e2", ops: "90" })
  assert.deepEqual(taken("free", Object.entries({ count: "32", order: "3", what: "tagged", process: "p" })),
    { do: "free", count: "32", what: "tagged", process: "p" })
})
test("a command reads as a phrase that begins with its verb", () => {
  assert.equal(phrase({ do: "pin", pfn: "0x8fc5e2" }), "pin 0x8fc5e2")
  assert.equal(phrase({ do: "kill", process: "chrome" }), "kill chrome")
  assert.equal(phrase({ do: "knob", name: "reserve_tries", value: "3" }), "set reserve_tries to 3")
  assert.equal(phrase({ do: "alloc", count: "32", order: "0", what: "tagged", process: "p" }),
    "allocate 32 × order 0, tagged, for p")
})
test("the address says which commands there are, as they read, and nothing of a link's proof", () => {
  const commands = ["20:pin,pfn=0x80010", "31:kill,process=a%2Cb&c"]
  const url = address("/runs/a", "?cmd=5:drain&figures=1.2&sel=0x5", { scenario: "s", policy: "off", seed: 1, op: 40, commands })
  assert.equal(url, "/runs/a?sel=0x5&scenario=s&policy=off&seed=1&op=40&cmd=20:pin,pfn=0x80010&cmd=31:kill,process=a%252Cb%26c")
  assert.deepEqual(new URLSearchParams(url.split("?")[1]).getAll("cmd"), commands)
})
test("a fork gets the commands that had begun by its op", () => {
  assert.deepEqual(begun(["20:drain", "31:drain", "40:drain"], 40), ["20:drain", "31:drain"])
})
test("every command stands on the timeline with its name, unlike steals of which the first one does", () => {
  const mark = (op, kind) => ({ op, kind, words: kind, bad: false })
  const marks = [mark(10, "command"), mark(50, "command"), mark(30, "steal"), mark(70, "steal")]
  const kept = worth(marks, op => op)
  assert.deepEqual(kept.map(({ op, named }) => [op, named]), [[10, true], [50, true], [30, true]])
})
