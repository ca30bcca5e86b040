// What a listener is told of the failures since an op: the newest in words, the others as a number.
import { nf } from "./format.js"

/** @param {{op: number, words: string, bad: boolean}[]} marks @param {number} since */
export function spoken(marks, since) {
  const news = marks.filter(mark => mark.bad && mark.op > since)
  if (!news.length) return ""
  const { op, words } = news[news.length - 1], others = news.length - 1
  const more = others ? ` And ${nf(others)} more ${others === 1 ? "failure" : "failures"} since op ${nf(since)}.` : ""
  return `Op ${nf(op)}: ${plain(words)}${/[.!?]$/.test(plain(words)) ? "" : "."}${more}`
}

/** HTML as text */
export const plain = html => html.replace(/<[^>]+>/g, "").replaceAll("&nbsp;", " ").replaceAll("&lt;", "<")
  .replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&amp;", "&").trim()
