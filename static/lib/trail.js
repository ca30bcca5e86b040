// The trail of a link: the first digits of the state's digest at a few ops on the way, so that whoever opens it can say
// since when the states differ. No DOM; tests/front reads it in node.
import { nf } from "./format.js"

/** @param {{digests: string[]}} trail of the server @returns {string} as it stands in the link */
export const written = ({ digests }) => digests.join(".")

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
