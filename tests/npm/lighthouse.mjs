// Lighthouse on pages of a running server: `node lighthouse.mjs <path of chromium> <address>...`. Prints one JSON line a
// page: {"url", "performance", "accessibility", "best-practices", "why": [what cost points]}. A page with an open stream
// never falls silent; Lighthouse is told to stop waiting for that.
import lighthouse, { desktopConfig } from "lighthouse"
import puppeteer from "puppeteer-core"

const [, , executablePath, ...addresses] = process.argv
const CATEGORIES = ["performance", "accessibility", "best-practices"]
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run"]

const browser = await puppeteer.launch({ executablePath, headless: true, args })
const flags = { logLevel: "error", maxWaitForLoad: 7_000, onlyCategories: CATEGORIES }
try {
  for (const url of addresses) {
    const page = await browser.newPage()
    const { lhr } = await lighthouse(url, { ...flags, port: Number(new URL(browser.wsEndpoint()).port) },
      desktopConfig, page)
    await page.close()
    if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`)
    const scores = Object.fromEntries(CATEGORIES.map(name => [name, Math.round(lhr.categories[name].score * 100)]))
    console.log(JSON.stringify({ url, ...scores, why: costly(lhr) }))
  }
} finally {
  await browser.close()
}

function costly(lhr) {
  const counted = CATEGORIES.flatMap(name => lhr.categories[name].auditRefs).filter(ref => ref.weight > 0)
  return counted.map(ref => lhr.audits[ref.id]).filter(audit => audit.errorMessage || audit.score !== null && audit.score < .9)
    .map(audit => `${audit.id} ${audit.errorMessage ?? audit.displayValue ?? audit.score}`)
}
