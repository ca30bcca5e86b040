// The address bar: what is on screen, without a history entry. Everything else in the query stays.
export function address(path, query, { scenario, policy, seed, op, set = {}, theme, part, pause, commands = [] }) {
  const q = new URLSearchParams(query)
  for (const [key, value] of Object.entries({ scenario, policy, seed, op })) q.set(key, value)
  q.delete("set")
  for (const [key, value] of Object.entries(set)) q.append("set", `${key}=${value}`)
  for (const [key, value] of Object.entries({ theme, part, pause })) value ? q.set(key, value) : q.delete(key)
  for (const key of ["cmd", "digest", "engine", "trail", "figures", "tour"]) q.delete(key)
  return `${path}?${q}${commands.map(text => `&cmd=${readable(text)}`).join("")}`
}

// a command as it reads: what separates its fields stands as it is
const readable = text => encodeURIComponent(text).replace(/%(3A|2C|3D)/g, decodeURIComponent)

// a link that proves itself: whoever opens it can compare the state
/** @param {{trail?: string, figures?: string}} way */
export const proven = (link, digest, engine, way = {}) =>
  digest ? `${link}&${new URLSearchParams({ digest, engine, ...way })}` : link

// what such a link said; `op` null when it said none
export function linkOf(query) {
  const q = new URLSearchParams(query), op = q.get("op")
  const [digest, engine, trail, figures] = ["digest", "engine", "trail", "figures"].map(key => q.get(key) ?? "")
  return { op: op === null ? null : Number(op), digest, engine, trail, figures }
}
