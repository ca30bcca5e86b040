// A fork: a run of one's own that has this run's past up to the op on screen, in a tab of its own. It is sent as a form, so
// that the browser opens the tab and follows the answer.
import { run } from "./page-run.js"

/** @param {Record<string, any>} fields what is different in it: policy, seed, or one more command */
export function fork(fields = {}) {
  const form = document.createElement("form")
  Object.assign(form, { method: "post", action: `/api/runs/${run.meta.id}/fork`, target: "_blank", hidden: true })
  for (const [name, value] of Object.entries({ op: run.frame.op, ...fields })) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }))
  }
  document.body.append(form)
  form.submit()
  form.remove()
}
