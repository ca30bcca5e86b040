// Before the first paint: the theme of the link (this tab keeps it), else of the last visit, else of the system.
{
  const THEMES = ["light", "dark", "projector"]
  const system = matchMedia("(prefers-color-scheme: dark)")
  const known = theme => (THEMES.includes(theme) ? theme : "")
  const kept = store => { try { return window[store].getItem("theme") } catch { return null } }
  const asked = known(new URLSearchParams(location.search).get("theme"))
  if (asked) try { sessionStorage.setItem("theme", asked) } catch { /* the link still counts on this page */ }
  const pick = () => asked || known(kept("sessionStorage")) || known(kept("localStorage")) ||
    (system.matches ? "dark" : "light")
  const root = document.documentElement
  root.dataset.theme = pick()
  root.classList.add("js")
  system.addEventListener("change", () => {
    if (root.dataset.chosen) return
    root.dataset.theme = pick()
    document.dispatchEvent(new CustomEvent("run:theme"))
  })
}
