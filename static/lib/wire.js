// The map of a frame: base64 of deflate-raw of uint16 blocks, uint16 strip and, on small machines, one byte a page.
import { KINDS } from "./states.js"
export const STRIP = 15 // 13 counts of tag pages, tagged pages they serve, pins

function unbase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text)
  const binary = atob(text)
  return Uint8Array.from(binary, c => c.charCodeAt(0))
}

// Straight through the stream: a Blob and a Response on the way would wait for the page's thread several times.
export async function inflate(bytes) {
  const { readable, writable } = new DecompressionStream("deflate-raw")
  const writer = writable.getWriter(), reader = readable.getReader(), parts = []
  Promise.all([writer.write(bytes), writer.close()]).catch(() => {}) // the reader is told as well
  for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value)
  return joined(parts)
}

function joined(parts) {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out.buffer
}

// Raises RangeError when the bytes do not fit the geometry: a frame is whole, or it is not drawn.
export function split(buffer, plates) {
  const blocks = plates.blockCount * KINDS * 2, strip = plates.columns * STRIP * 2
  const pages = plates.small ? plates.pages : 0
  if (buffer.byteLength !== blocks + strip + pages) {
    throw new RangeError(`map: ${buffer.byteLength} bytes, expected ${blocks + strip + pages}`)
  }
  return {
    blocks: new Uint16Array(buffer, 0, blocks / 2),
    strip: new Uint16Array(buffer, blocks, strip / 2),
    pages: pages ? new Uint8Array(buffer, blocks + strip) : null,
  }
}

export const decode = async (text, plates) => split(await inflate(unbase64(text)), plates)
