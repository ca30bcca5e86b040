// The map of a frame: base64 of deflate-raw of uint16 blocks, uint16 strip and, on small machines, one byte a page.
import { KINDS } from "./states.js"
export const STRIP = 15 // 13 counts of tag pages, tagged pages they serve, pins

export function unbase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text)
  const binary = atob(text)
  return Uint8Array.from(binary, c => c.charCodeAt(0))
}

export async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))
  return new Response(stream).arrayBuffer()
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
