// Bands: at fit, columns too narrow to see wrap, each band with its own strip of tag storage; zoomed there is one.
import { PER_BLOCK, bands } from "./plates.js"

// the bands of the whole machine, each {y, dataY, landH, stripY, stripH, su, segs: [{plate, c0, c1, x, w}]}
export function fitted(plates, box) {
  const parts = bands(plates, box.w, box.min, box.maxBands), n = parts.length
  const split = n > 1 && parts[1][0].plate === parts[0][0].plate, [land, strip] = heights(box, n, split)
  const widest = Math.max(...parts.map(band => band.reduce((sum, s) => sum + s.c1 - s.c0, 0)))
  const gaps = Math.max(...parts.map(band => band.length - 1)), su = (box.w - gaps * box.gap) / (widest * PER_BLOCK)
  let y = 0
  return parts.map((segments, i) => {
    const head = i && split ? box.head2 : box.head, coast = i && split ? 9 : box.coast
    const band = lay(y, head, land, coast, strip)
    let x = 0
    band.su = su
    band.segs = segments.map(s => {
      const placed = { ...s, x, w: (s.c1 - s.c0) * PER_BLOCK * su }
      x += placed.w + box.gap
      return placed
    })
    y = band.stripY + strip + box.foot
    return band
  })
}

// the one band of a camera that is zoomed in
export function zoomed(camera) {
  const { box, su } = camera, band = lay(0, box.head, camera.land, box.coast, camera.strip)
  band.segs = camera.plates.plates.map((plate, i) => (
    { plate, c0: 0, c1: plate.columns, x: (camera.u0[i] - camera.u) * su, w: plate.columns * PER_BLOCK * su }))
  return band
}

const lay = (y, head, landH, coast, stripH) =>
  ({ y, dataY: y + head, landH, stripY: y + head + landH + coast, stripH })

// px of data and of tag storage in each of n bands
function heights(box, n, split) {
  if (n === 1 || box.tall) return [box.land, box.strip]
  if (box.phone) return [66, 30]
  const cost = split ? 56 : box.head + box.coast - 8
  const land = Math.round((box.land + box.strip - (n - 1) * cost) / n * .72)
  return [land, Math.round(land * .38)]
}
