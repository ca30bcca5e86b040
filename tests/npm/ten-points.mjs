// The map in Firefox against the engine: at each level the totals on screen, the colour of ten points, and the page that
// the pointer names there. The same as tests/browser/test_map_levels.py does in Chromium.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"

const POINTS = readFileSync(new URL("../browser/points.js", import.meta.url), "utf8").replace(/^\/\/.*\n/gm, "")
const LEVELS = ["machine", "zone", "pageblock", "page"]
const POUR = [9, 6, 8, 7, 12, 5, 10, 4, 1, 3, 2, 0] // static/lib/states.js
const KINDS = 13

// pages by kind of ranges of pfns, as the server has them
async function counts(url, ranges) {
  const sums = new Array(KINDS).fill(0)
  for (const [start, end] of ranges) {
    const rows = start % 32 === 0 && end % 32 === 0
    const answer = await fetch(`${url}/map?start=${start}&end=${end}&level=${rows ? "row" : "page"}`)
    const body = new Uint8Array(await answer.arrayBuffer())
    if (rows) body.forEach((n, i) => { sums[i % KINDS] += n })
    else body.subarray(0, end - start).forEach(kind => { sums[kind & 0x7f]++ })
  }
  return sums
}

// kinds that are poured at this share of a mixture, give or take a pixel
function kindsAt(mixture, share, slack) {
  const total = mixture.reduce((a, b) => a + b, 0), found = []
  let at = 0
  for (const kind of POUR) {
    const end = at + mixture[kind] / total
    if (mixture[kind] && at - slack <= share && share <= end + slack) found.push(kind)
    at = end
  }
  return found
}

async function expected(url, { pfn, level, start, blocks, share, size }) {
  if (level >= 2) return (await counts(url, [[pfn, pfn + 1]])).flatMap((n, kind) => n ? [kind] : [])
  const firsts = level === 1 ? [pfn - pfn % 32] : blocks.map(block => start + block * 512)
  return kindsAt(await counts(url, firsts.map(first => [first, first + (level === 1 ? 32 : 512)])), share, 1.5 / size)
}

async function comparePoints(page, url) {
  const { found, colours } = await page.evaluate((0, eval)(POINTS))
  assert.equal(found.length, 10)
  const box = await page.$eval("canvas.over", canvas => canvas.getBoundingClientRect().toJSON())
  for (const point of found) {
    const kinds = await expected(url, point)
    const near = colours[kinds[0]].some(colour => colour.every((c, i) => Math.abs(c - point.pixel[i]) <= 2))
    assert.ok(kinds.length > 1 || near, `pfn 0x${point.pfn.toString(16)}: ${point.pixel} is not kind ${kinds}`)
    await page.mouse.move(box.x + point.x, box.y + point.y)
    await page.waitForFunction(words => document.querySelector(".tip").textContent.includes(words), { timeout: 10_000 },
      `pfn 0x${point.pfn.toString(16)}`)
  }
}

/** @param {import("puppeteer-core").Page} page of a run */
export async function compareAtEveryLevel(page) {
  const url = page.url().split("?")[0]
  for (const level of LEVELS) {
    await page.click(`[data-level=${level}]`)
    await page.waitForFunction(name => {
      const drawn = document.querySelector("page-map").drawn()
      return drawn.settled && drawn.level === name
    }, { timeout: 30_000 }, level)
    const drawn = await page.evaluate(() => document.querySelector("page-map").drawn())
    assert.deepEqual(drawn.data, await counts(url, drawn.dataPfns), level)
    await comparePoints(page, url)
  }
}
