// Files that the page hands out.

/** RFC 4180: rows of texts as CSV; numbers without their thousands commas, spaces joined
 * @param {string[][]} rows */
export const csvOf = rows => rows.map(row => row.map(cell => quoted(plain(cell))).join(",")).join("\r\n") + "\r\n"

const plain = text => {
  const one = text.replace(/\s+/g, " ").trim()
  return /^[\d,]+(\.\d+)?$/.test(one) ? one.replaceAll(",", "") : one
}
const quoted = text => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** @param {string} name @param {number} op @param {string} type */
export const nameOf = (name, op, type) => `carveout-${name}-op${op}.${type}`
