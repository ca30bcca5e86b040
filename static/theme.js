// Before the first paint: the theme of the link, else of the last visit, else of the system.
{
  const THEMES = ["light", "dark", "projector"]
  const system = matchMedia("(prefers-color-scheme: dark)")
  const stored = () => { try { return localStorage.getItem("theme") } catch { return null } }
  const asked = new URLSearchParams(location.search).get("theme")
  const pick = () => [asked, stored()].find(t => THEMES.includes(t)) || (system.matches ? "dark" : "light")
  // kept for the pages that this one leads to: a form starts a run whose address does not say the theme yet
  if (THEMES.includes(asked)) try { localStorage.setItem("theme", asked) } catch { /* then this page only */ }
  const root = document.documentElement
  root.dataset.theme = pick()
  root.classList.add("js")
  system.addEventListener("change", () => {
    if (root.dataset.chosen) return
    root.dataset.theme = pick()
    document.dispatchEvent(new CustomEvent("run:theme"))
  })
}
