// static/theme.js runs before the page is painted; here with a document, an address and a storage of our own.
import test from "node:test"
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { runInNewContext } from "node:vm"

const CODE = readFileSync(new URL("../../static/theme.js", import.meta.url), "utf8")

function visit(search, kept, storage = storageOf(kept)) {
  const root = { dataset: {}, classList: { add() {} } }
  const matchMedia = () => ({ matches: false, addEventListener() {} })
  runInNewContext(CODE, {
    matchMedia, localStorage: storage, location: { search }, URLSearchParams, document: { documentElement: root },
  })
  return root.dataset.theme
}

const storageOf = kept => ({
  getItem: name => kept[name] ?? null,
  setItem: (name, value) => { kept[name] = value },
})

test("a theme in the address is kept for the pages that follow", () => {
  const kept = {}
  assert.equal(visit("?theme=projector", kept), "projector")
  assert.equal(visit("?op=3", kept), "projector")
})

test("a theme that there is not is neither taken nor kept", () => {
  const kept = { theme: "dark" }
  assert.equal(visit("?theme=zzz", kept), "dark")
  assert.deepEqual(kept, { theme: "dark" })
})

test("a browser that keeps nothing still shows the theme of the address", () => {
  const full = { getItem() { throw new Error("denied") }, setItem() { throw new Error("denied") } }
  assert.equal(visit("?theme=dark", {}, full), "dark")
})
