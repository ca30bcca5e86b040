// What lies on top of the picture: the links of the story and of the selection, the page under the pointer, the
// numbers of the story.
import { selection } from "../../selection.js"
import { paintLink, paintTile } from "./paint-link.js"
import { paintCaptions } from "./paint-names.js"
import { paintStops } from "./paint-stops.js"

export function paintOver(map) {
  const { over: x, cursor, run } = map, stops = run.frame.story?.stops ?? [], there = pfn => Boolean(run.plates.plateOf(pfn))
  const chosen = selection.pfn ?? selection.block
  for (const { pfn } of links(run, stops)) if (there(pfn)) paintLink(map, x, pfn, "told", stops)
  if (selection.block !== null && there(chosen)) paintTile(map, x, chosen)
  if (selection.pfn !== null && there(chosen)) paintLink(map, x, chosen, "chosen", stops)
  if (cursor.pfn !== null && cursor.pfn !== chosen) paintLink(map, x, cursor.pfn, "hover", stops)
  paintCaptions(map, x)
  paintStops(map, x, stops.filter(stop => there(stop.pfn)))
}

// the links of the story; before a server tells one, that of the page that was refused
const links = (run, stops) => stops.length || !run.frame.refused ? stops.filter(stop => stop.link) : [run.frame.refused]
