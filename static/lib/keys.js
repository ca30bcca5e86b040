// Keys of the page -> what they do. Never inside an input, never with Ctrl, Alt or Meta.
const KEYS = {
  " ": "play", ".": "play", ArrowRight: "step", ArrowLeft: "back", Home: "reset", r: "reset", End: "live",
  ArrowUp: "faster", "+": "faster", "=": "faster", ArrowDown: "slower", "-": "slower",
  g: "goto", f: "full", d: "theme", c: "copy", "?": "help", "/": "search", h: "tracks", o: "oom", p: "poke", w: "what-if",
}
const MOVES = new Set(["step", "back"])
const TYPING = /^(INPUT|SELECT|TEXTAREA)$/
const OWN_KEYS = /^(BUTTON|A|SUMMARY|INPUT)$/ // space and Enter press these; of the inputs only boxes get here

// {act, n} or null; `target` needs tagName, type and isContentEditable, as elements have them
export function actionOf({ key, shiftKey, ctrlKey, altKey, metaKey }, target) {
  if (ctrlKey || altKey || metaKey || isTyping(target)) return null
  if (key === " " && OWN_KEYS.test(target?.tagName ?? "")) return null
  const act = KEYS[key.length === 1 ? key.toLowerCase() : key]
  if (!act) return null
  return { act, n: MOVES.has(act) && shiftKey ? 10 : 1 }
}
const isTyping = target => Boolean(target?.isContentEditable) || TYPING.test(target?.tagName ?? "") && target.type !== "checkbox"
