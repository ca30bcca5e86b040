// The address bar: what is on screen, without a history entry. Everything else in the query stays.
export function address(path, query, { scenario, policy, seed, op, set = {}, theme, part }) {
  const q = new URLSearchParams(query)
  for (const [key, value] of Object.entries({ scenario, policy, seed, op })) q.set(key, value)
  q.delete("set")
  for (const [key, value] of Object.entries(set)) q.append("set", `${key}=${value}`)
  for (const [key, value] of Object.entries({ theme, part })) value ? q.set(key, value) : q.delete(key)
  return `${path}?${q}`
}
