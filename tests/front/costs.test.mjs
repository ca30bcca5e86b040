import assert from "node:assert/strict"
import { test } from "node:test"
import { axisOf, place, ticks, times } from "../../static/lib/costs.js"
import { duration } from "../../static/lib/format.js"

const row = (path, p50, p99 = p50) => ({ path, count: p50 ? 10 : 0, p50, p99 })

test("a time has two significant digits from a microsecond on, as sim/words says it", () => {
  const said = [0, 94, 999, 1000, 1949, 1950, 9960, 20600, 283864, 994999, 995000, 4560454, 29686664, 996e6, 12345e6, 123e9]
  assert.deepEqual(said.map(ns => duration(ns).replace("\u00a0", " ")), ["0 ns", "94 ns", "999 ns", "1.0 µs", "1.9 µs",
    "2.0 µs", "10 µs", "21 µs", "280 µs", "990 µs", "1.0 ms", "4.6 ms", "30 ms", "1.0 s", "12 s", "120 s"])
})
test("the axis is half decades round what has happened, four decades at least", () => {
  assert.deepEqual(axisOf([]), [2, 6])
  assert.deepEqual(axisOf([row("pcp", 94), row("taken", 284944, 4560454), row("moved", 0)]), [1.5, 7])
})
test("every cost of the rows lies on the axis", () => {
  const rows = [row("pcp", 1), row("retried", 29686664, 8e9)], axis = axisOf(rows)
  for (const { p50, p99 } of rows) assert.ok(place(p50, axis) >= 0 && place(p99, axis) <= 1)
  assert.equal(place(0, axis), 0)
})
test("each decade has a line, and a name where there is room", () => {
  const names = px => ticks([.5, 7], px).map(tick => tick.name.replace("\u00a0", " "))
  assert.deepEqual(names(325), ["10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms"])
  assert.deepEqual(names(160), ["", "100 ns", "", "10 µs", "", "1 ms", ""])
  assert.deepEqual(names(130), ["", "", "1 µs", "", "", "1 ms", ""])
})
test("how many times as much a tagged page costs is known when both are", () => {
  assert.equal(times([row("pcp", 94), row("taken", 0)]), null)
  assert.deepEqual(times([row("pcp", 100), row("taken", 1900), row("moved", 21000)]), [19, 210])
})
