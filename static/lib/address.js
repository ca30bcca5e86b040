// The address bar: what is on screen, without a history entry. Everything else in the query stays.
export function address(path, query, { scenario, policy, seed, op, set = {}, theme, part, pause }) {
  const q = new URLSearchParams(query)
  for (const [key, value] of Object.entries({ scenario, policy, seed, op })) q.set(key, value)
  q.delete("set")
  for (const [key, value] of Object.entries(set)) q.append("set", `${key}=${value}`)
  for (const [key, value] of Object.entries({ theme, part, pause })) value ? q.set(key, value) : q.delete(key)
  for (const key of ["digest", "engine", "trail", "tour"]) q.delete(key)
  return `${path}?${q}`
}

// a link that proves itself: whoever opens it can compare the state
export const proven = (link, digest, engine, trail = "") =>
  digest ? `${link}&${new URLSearchParams({ digest, engine, ...(trail && { trail }) })}` : link

// what such a link said; `op` null when it said none
export function linkOf(query) {
  const q = new URLSearchParams(query), op = q.get("op")
  const [digest, engine, trail] = ["digest", "engine", "trail"].map(key => q.get(key) ?? "")
  return { op: op === null ? null : Number(op), digest, engine, trail }
}
