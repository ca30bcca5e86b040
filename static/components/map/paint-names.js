// What stands on the map in words: zone names and bars, names of tag storage, what the heights mean.
import { FREE } from "../../lib/states.js"
import { hex, mib, nf } from "../../lib/format.js"
import { fitting, say } from "./say.js"
import { paintKey } from "./paint-key.js"
import { GROUPS, total } from "./in-view.js"

export function paintNames(map) {
  for (const view of views(map, map.land)) {
    zone(view)
    view.p.served ? storage(view) : unserved(view)
  }
  if (map.camera.box.key > 60) paintKey(map)
}

// once more what is said above each strip, over the lines that lead down to it
export function paintCaptions(map, x) {
  for (const view of views(map, x)) if (view.p.served) caption(view)
}

// what is seen of each plate, band by band
function* views({ camera, palette: pal, tally, look, run }, x) {
  const small = camera.box.w < 600, raise = pal.strong > 2 && !small && camera.box.w > 1300 ? 4 : 0
  for (const band of camera.list) for (const s of band.segs) {
    const x0 = Math.max(0, s.x), x1 = Math.min(camera.box.w, s.x + s.w)
    if (x1 - x0 >= 8) yield { x, camera, pal, small, raise, band, s, p: s.plate, x0, x1, tally, look, run }
  }
}

function zone(view) {
  const { x, camera, pal: { c, font }, small, raise, band, s, p, x0, x1 } = view, y = band.y + (small ? 11 : 14) + raise
  if (!p.served && x1 - x0 < 150) return sideways(view)
  if (s.c0 > 0 && camera.fit) {
    say(x, `from pfn ${hex(p.data_start + s.c0 * camera.plates.P * 512)}`, x0, y, font("note"), c["ink-3"])
    return
  }
  const name = p.served ? `Zone ${p.zone}` : `${p.zone}, outside every tag region`
  const n = say(x, name, x0, y, font("label", 650), c.ink), mibs = `${nf(p.data_pages / 256)} MiB`
  const range = `${mibs} of data, pfn ${hex(p.data_start)} to ${hex(p.end - 1)}`
  const words = fitting(x, small ? [mibs] : [range, mibs], font("note"), x1 - x0 - n - 12)
  if (words) say(x, words, x0 + n + 12, y, font("note"), c["ink-2"])
  const bar = band.y + (small ? 16 : 20) + raise * 1.3
  if (camera.fit && s.w > 90) zoneBar(view, bar, view.run.world.sums[p.i], p.data_pages, s.w - 2)
  else if (!camera.fit && view.look.layer === "state" && view.tally.pages) viewBar(view, bar)
}

// zoomed: the same bar for what is in view, in pages; one, however many zones are
function viewBar(view, y) {
  const { tally, camera, band } = view
  if (view.s !== band.segs.find(s => s.x + s.w > 8 && s.x < camera.box.w)) return
  zoneBar({ ...view, x0: 0 }, y, tally.data, tally.pages, camera.box.w, 1)
}

// a narrow plate that no tag storage serves: its name stands beside it
function sideways({ x, camera, pal: { c, font }, band, p, x0 }) {
  if (camera.box.gap < 20) return
  x.save()
  x.translate(x0 - 8, band.dataY + band.landH)
  x.rotate(-Math.PI / 2)
  say(x, `${p.zone}, outside every tag region: no storage for tags`, 0, 0, font("note", 600), c["ink-2"], { halo: c.paper })
  x.restore()
}

function unserved({ x, pal, band, x0, x1 }) {
  const font = pal.font("note"), words = fitting(x, ["No storage for tags here", "no tag storage"], font, x1 - x0)
  if (words && x1 - x0 > 90) say(x, words, x0, band.stripY - 9, font, pal.c["ink-2"], { halo: pal.c.paper })
  x.fillStyle = pal.pat.hatch
  x.fillRect(x0, band.stripY, x1 - x0, band.stripH)
}

// `sums` of `all` pages on W px, said in MiB or, with unit 1, in pages
function zoneBar({ x, camera, pal, x0 }, y, sums, all, W, unit = 256) {
  const h = W > 300 && camera.box.w > 900 ? (pal.strong > 2 ? 21 : 18) : 14
  let at = x0
  for (const { word, look, kinds } of GROUPS) {
    const pages = total(sums, kinds), w = W * pages / all
    x.fillStyle = pal.solid[look]
    x.fillRect(at, y, Math.max(0, w - 1), h)
    if (look === FREE && w > 2) edge(x, pal, at, y, w, h)
    const font = pal.font("note", 600), words = fitting(x, [`${word} ${nf(pages / unit)}`, word], font, w - 9)
    if (words) say(x, words, at + 5, y + h * .75, font, look === FREE ? pal.c["ink-2"] : pal.ink[look])
    at += w
  }
}

function edge(x, pal, at, y, w, h) {
  x.strokeStyle = pal.c["free-edge"]
  x.lineWidth = .8
  x.strokeRect(at + .4, y + .4, Math.max(0, w - 1.8), h - .8)
}

function storage(view) {
  const { x, pal: { c, strong }, band, x0, x1 } = view
  x.strokeStyle = c.ink
  x.lineWidth = strong
  x.strokeRect(x0 - 3, band.stripY - 4, x1 - x0 + 4, band.stripH + 8)
  caption(view)
}

function caption(view) {
  const { x, camera, pal: { c, font }, band, s, p, x0, x1 } = view, y = band.stripY
  if (s.c0 > 0 && camera.fit) return
  const name = `${!view.run.rules.tags ? "Would be tag storage" : "Tag storage"} of ${p.zone}`
  const n = say(x, name, x0 - 3, y - 9, font("label", 650), c.ink, { halo: c.paper })
  const words = fitting(x, captions(view), font("note"), x1 - x0 - n - 10)
  if (words) say(x, words, x0 + n + 9, y - 9, font("note"), c["ink-2"], { halo: c.paper })
}

// from the whole sentence to the size alone
function captions({ camera, small, band, p, run }) {
  const off = !run.rules.tags, size = `${mib(p.tag_pages)} MiB`, P = camera.plates.P, times = Math.round(32 * band.stripH / band.landH)
  const taller = P > 1 && camera.fit ? [`${size}, drawn ${times} times taller`] : []
  if (small) return [size]
  if (p.tags_in && p.tags_in !== p.zone) {
    return [`lies in ${p.tags_in} at ${hex(p.tag_start)}, drawn under the data it ${off ? "would serve" : "serves"}`, ...taller, size]
  }
  if (off) return [`${taller[0] ?? size}: ordinary memory`, ...taller, size]
  if (camera.merge > 1) return [`${taller[0]}; a tile stands for ${camera.merge} pageblocks`, ...taller, size]
  if (P > 1 && camera.fit) return [`${taller[0]}: each block serves the 32 above it`, ...taller, size]
  const whole = p.block > 1
    ? `${p.block} tag pages stand below the ${32 * p.block} pages whose tags they hold together; each fills to n of 32.`
    : "Each tag page stands below the 32 pages whose tags it holds; it fills to n of 32."
  return [`${size}. ${whole}`, size]
}
