// The turns of this page. While the run plays a few of those that wait have a turn every so often, in a task of their own
// between two pictures, on a slow device one; while it does not all of them have theirs at once.
import { run } from "./page-run.js"
import { turns } from "./lib/turns.js"

const EVERY = 40 // ms between two turns while the run plays
const SHORT = 3, LONG = 8 // ms after which nobody else has this turn while the run plays, and while it does not

const playing = () => run.frame.state === "playing"

// whoever asks for its turn has a method of this name
export const soon = turns(turn => setTimeout(turn, playing() ? EVERY : 0), () => playing() ? SHORT : LONG)
