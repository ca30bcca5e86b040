// How the run stands, in words: what the head says, and the line under it. No DOM; tests/front reads it in node.
import { nf, plural } from "./format.js"

const BEHIND = 3 // frames; fewer are not worth a word

/**
 * @typedef {{connection: string, since: number, behind: number, mine: boolean, now: number, past: number, oom: boolean,
 *   frame: {op: number, state: string, fault?: string}}} Facts
 * @typedef {{words: string, look?: string, acts?: [string, string][]}} Note a line, and its buttons: word, what it does
 */

/** @param {Facts} facts @returns {[string, string]} the words beside the disc, and its look */
export function standing({ connection, behind, frame, past, oom }) {
  if (connection === "lost") return ["connection lost", "bad"]
  if (behind >= BEHIND) return [`behind by ${nf(behind)}`, "warn"]
  if (frame.state === "playing") return [past ? `playing, ${plural(past, "op")} behind live` : "live", past ? "warn" : ""]
  if (frame.state === "stopped") return ["stopped", "bad"]
  if (past) return [`${plural(past, "op")} behind live`, "idle"]
  return [(frame.state === "ended" ? "ended" : "paused") + (oom ? " at the OOM" : ""), "idle"]
}

/** @param {Facts} facts @returns {Note | null} */
export function noteOf({ connection, since, behind, frame, past, mine, now }) {
  if (connection === "lost") return lost(frame.op, Math.round((now - since) / 1000))
  if (frame.fault) return { words: `The run stopped: ${frame.fault}`, look: "lost" }
  if (behind >= BEHIND) {
    return { words: `Behind by ${plural(behind, "frame")}: this screen draws slower than the run. The newest frame is shown, ` +
      "none is queued." }
  }
  if (!past || !mine || frame.state === "playing") return null
  return {
    words: `You look at the past: ${plural(past, "op")} behind live.`,
    acts: [["Back to live", "live"], ["Fork here instead", "fork"], ["Drop what came after", "drop"]],
  }
}

/** @returns {Note} */
const lost = (op, ago) => ({
  words: `Connection lost ${ago} s ago. This is the last good picture, op ${nf(op)}. Trying again.`,
  look: "lost", acts: [["Try now", "retry"]],
})

/**
 * What a link that carries a digest proves: null while that cannot be said (playing, or the run has moved on).
 * @param {{op: number | null, digest: string, engine: string}} link
 * @param {{op: number, digest: string}} frame @param {string} engine of this server
 */
export function checked(link, frame, engine) {
  if (!link.digest || !frame.digest || link.op !== frame.op) return null
  const same = link.digest === frame.digest
  if (same) return { same, words: `Same state, verified: ${spaced(frame.digest)}.` }
  const both = `the link says ${spaced(link.digest)}, this is ${spaced(frame.digest)}`
  return { same, look: "differs", words: differing(both, link, engine) }
}

/** @param {string} how @param {{engine: string}} link @param {string} engine of this server */
export function differing(how, link, engine) {
  const made = link.engine && link.engine !== engine ? ` The link was made with ${link.engine}, this is ${engine}.` : ""
  return `Not the same state: ${how}.${made}`
}

export const spaced = digest => digest.match(/.{1,4}/g)?.join(" ") ?? ""

/** @param {{kind: string, op: number}[]} marks @param {number} op whether the newest thing at this op is an OOM kill */
export const atOom = (marks, op) => marks.some(mark => mark.kind === "oom" && mark.op === op)
