// The turns of this page. While the run plays one of those that wait has a turn every so often, in a task of its own
// between two pictures; while it does not all of them have theirs at once.
import { run } from "./run.js"
import { turns } from "./lib/turns.js"

const EVERY = 40 // ms between two turns while the run plays
const AT_ONCE = 8 // ms of a turn while it does not

const playing = () => run.frame.state === "playing"

// whoever asks for its turn has a method of this name
export const soon = turns(turn => setTimeout(turn, playing() ? EVERY : 0), () => playing() ? 0 : AT_ONCE)
