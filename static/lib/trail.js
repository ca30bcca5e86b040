// The trail of a link: the first digits of the state's digest at a few ops on the way, so that whoever opens it can say
// since when the states differ. No DOM; tests/front reads it in node.
import { nf } from "./format.js"

/** What a link says of its state beside the digests, in this order. */
const FIGURES = [["reserved", "tag pages reserved"], ["tagged", "tagged pages"], ["lent", "tag storage that holds data"],
  ["free", "free pages"], ["oom_kills", "OOM kills"]]

/** @param {{digests: string[]}} trail of the server @returns {string} as it stands in the link */
export const written = ({ digests }) => digests.join(".")

/** @param {{figures?: Record<string, number>}} trail of the server @returns {string} as they stand in the link */
export const figuresOf = ({ figures = {} }) => FIGURES.map(([key]) => figures[key] ?? "").join(".")

/**
 * The figures of a link beside those of this engine; `link` is null where the link does not say.
 * @param {string} text of the link @param {Record<string, number>} here
 */
export function compared(text, here = {}) {
  const said = text.split(".").map(n => /^\d+$/.test(n) ? Number(n) : null)
  return FIGURES.map(([key, name], i) => {
    const link = said[i] ?? null
    return { name, link, here: here[key], same: link === null || link === here[key] }
  })
}

/**
 * Where a link and this engine part; null when the trail cannot say.
 * @param {string} text trail of the link @param {{ops: number[], digests: string[]}} trail of this engine
 */
export function parted(text, { ops, digests }) {
  const theirs = text.split("."), first = digests.findIndex((digest, i) => digest !== theirs[i])
  if (theirs.length !== ops.length || first < 0) return null
  const rows = ops.map((op, i) => ({ op, link: theirs[i], here: digests[i], same: theirs[i] === digests[i] }))
  return { rows, since: ops[first], last: first ? ops[first - 1] : null }
}

/** @param {{since: number, last: number | null}} found */
export const sinceWhen = ({ since, last }) => last === null ? `it differs at op ${nf(since)} already`
  : `it is the same at op ${nf(last)} and differs at op ${nf(since)}`
