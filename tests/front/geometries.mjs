// Geometries of machines as the server sends them in run-meta, for the tests of the map.
const plate = (zone, data_start, data_pages, tag_start, tags_in, P, block = 1) => ({
  zone, data_start, data_pages, tag_start, tag_pages: tag_start < 0 ? 0 : data_pages / 32, block,
  tags_in: tag_start < 0 ? "" : tags_in, columns: Math.ceil(data_pages / 512 / P),
})
export const MINI = { P: 1, small: true, plates: [plate("DMA32", 0x80000, 16384, 0x84000, "DMA32", 1)] }
export const MINI_B2 = { P: 1, small: true, plates: [plate("DMA32", 0x80000, 16384, 0x84000, "DMA32", 1, 2)] }
export const FVP_V1 = { P: 32, small: false, plates: [
  plate("DMA32", 0x80000, 507904, 0xfc000, "DMA32", 32), plate("Normal", 0x880000, 507904, 0x8fc000, "Normal", 32)] }
// tags of the first bank lie in the second; a piece of the second is outside every region
export const FVP_V3 = { P: 32, small: false, plates: [
  plate("DMA32", 0x80000, 524288, 0x8f8000, "Normal", 32), plate("Normal", 0x880000, 475136, 0x8f4200, "Normal", 32),
  plate("Normal", 0x8f4000, 512, -1, "", 32)] }
const own = (zone, at, pages) => plate(zone, at, pages, at + pages, zone, 32)
export const PHONE_16G = { P: 32, small: false,
  plates: [own("DMA32", 0x80000, 507904), own("Normal", 0x880000, 2539520), own("Movable", 0xb00000, 1015808)] }
export const SERVER_64G = { P: 32, small: false,
  plates: [own("DMA32", 0x80000, 507904), own("Normal", 0x880000, 11681792), own("Movable", 0x1480000, 4063232)] }
export const BOX = {
  w: 1200, key: 100, land: 300, strip: 90, head: 44, head2: 22, coast: 29, foot: 24, gap: 30, min: 8, maxBands: 4,
}
export const LAYOUTS = [["mini", MINI, { min: 70, maxBands: 2 }], ["mini-b2", MINI_B2, { min: 70, maxBands: 2 }],
  ["fvp-v1", FVP_V1, {}], ["fvp-v3", FVP_V3, {}], ["phone-16g", PHONE_16G, {}], ["server-64g", SERVER_64G, {}],
  ["fvp-v1 on a phone", FVP_V1,
    { w: 360, min: 10, maxBands: 8, phone: true, tall: true, gap: 8, land: 150, strip: 52 }],
  ["mini on a phone", MINI, { w: 360, min: 43, maxBands: 8, phone: true, gap: 8, land: 150, strip: 52 }]]
