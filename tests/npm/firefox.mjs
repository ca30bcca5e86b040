// Drives the main flows in Firefox: gallery, scenario, a run to its OOM, a viewer beside it, the inspector's page of the
// map, a panel, the keys. `node firefox.mjs <path of firefox> <address of the server>`; prints one line a flow and what
// the console said; ends with 1 when a flow fails or the console is not silent.
import assert from "node:assert/strict"
import puppeteer from "puppeteer-core"
import { compareAtEveryLevel } from "./ten-points.mjs"

const [, , executablePath, server] = process.argv
const said = []

/** @param {import("puppeteer-core").Page} page */
function listen(page) {
  page.on("console", line => { if (["error", "warning", "warn"].includes(line.type())) said.push(line.text()) })
  page.on("pageerror", error => said.push(String(error)))
}

async function open(browser, path) {
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  await page.setViewport({ width: 1366, height: 768 })
  listen(page)
  await page.goto(server + path, { waitUntil: "domcontentloaded" })
  return page
}

const text = (page, selector) => page.$eval(selector, element => element.textContent ?? "")
const has = (page, selector, words) => page.waitForFunction((s, w) =>
  document.querySelector(s)?.textContent?.includes(w), { timeout: 30_000 }, selector, words)

async function start(browser) {
  const page = await open(browser, "/")
  assert.ok(await page.$$eval(".toc .entry", entries => entries.length) >= 3, "the gallery lists its chapters")
  await Promise.all([page.waitForNavigation(), page.click('a[href="/scenarios/spurious-oom"]')])
  await Promise.all([page.waitForNavigation(), page.click(".start .act.main")])
  await page.waitForSelector("time-line svg")
  return page
}

async function play(page) {
  await page.keyboard.press("ArrowRight")
  await has(page, "time-line svg", "op 1")
  await page.click(".transport .main")
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press("ArrowUp")
    await new Promise(done => setTimeout(done, 200))
  }
  await has(page, "[data-conn]", "ended")
  await has(page, "#run-question h1", "OOM")
  await page.waitForSelector("#panel-oom [data-free-share]", { timeout: 30_000 })
  assert.ok(Number((await text(page, "#panel-oom [data-free-share]")).replace("%", "")) >= 50, "half is free at the OOM")
}

async function drawn(page) {
  const colours = await page.$eval("canvas.land", canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
    return new Set(new Uint32Array(data.buffer)).size
  })
  assert.ok(colours > 8, `the map has ${colours} colours`)
}

async function watch(browser, presenter) {
  const viewer = await open(browser, new URL(presenter.url()).pathname + new URL(presenter.url()).search)
  await viewer.waitForSelector("time-line svg")
  assert.match(await text(viewer, ".note.viewer"), /You watch/)
  assert.equal(await viewer.$$eval("run-transport button:enabled", buttons => buttons.length), 0)
  await presenter.keyboard.press("ArrowLeft")
  await has(viewer, "time-line svg", "op 41")
}

async function panel(page) {
  await page.goto(new URL(page.url()).origin + new URL(page.url()).pathname + "/panels/tag-storage",
    { waitUntil: "domcontentloaded" })
  await page.waitForSelector("tag-history .js-plotly-plot", { timeout: 30_000 })
  await page.keyboard.press("?")
  await page.waitForSelector("dialog[open]")
}

async function levels(browser) {
  const page = await open(browser, "/open?scenario=quiet-mix&op=4000&tour=0")
  await page.waitForSelector("time-line svg")
  await compareAtEveryLevel(page)
}

const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true, protocol: "webDriverBiDi" })
try {
  const page = await start(browser)
  console.log("gallery, scenario, start")
  await play(page)
  console.log("played to the OOM")
  await drawn(page)
  console.log("the map is drawn")
  await levels(browser)
  console.log("ten points and the totals of the map are the engine's at every level")
  await watch(browser, page)
  console.log("a viewer sees it and cannot touch it")
  await panel(page)
  console.log("a panel on its own page, help by key")
  assert.deepEqual(said, [], "the console is silent")
} finally {
  await browser.close()
}
