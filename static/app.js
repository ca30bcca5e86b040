// Take the embedded run, then let every element on the page draw itself. Charts are loaded after the first paint.
import "./components/index.js"
import { begin } from "./page-run.js"
begin()
