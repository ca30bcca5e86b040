// What `tsc` cannot know about the page: the globals of the vendored scripts, the messages of the page (run:frame, ...),
// and that an element found by a selector of our own templates is of the kind that the template made it.
declare const Plotly: {
  react(element: Element, data: object[], layout: object, config: object): Promise<void>
  toImage(figure: object, options: object): Promise<string>
}
declare const htmx: {
  ajax(method: string, path: string, options: object): Promise<void>
  swap(what: object): Promise<void>
}

interface ParentNode {
  querySelector(selectors: string): any
  querySelectorAll(selectors: string): NodeListOf<any>
}
interface EventTarget {
  closest?(selectors: string): any
  tagName?: string
}
interface Document {
  addEventListener(type: `run:${string}`, listener: (event: CustomEvent) => void, options?: AddEventListenerOptions): void
  getElementById(id: string): any
}
interface HTMLElement {
  addEventListener(type: string, listener: (event: any) => void, options?: AddEventListenerOptions): void
}
interface Window { [store: string]: any }
interface Uint8ArrayConstructor { fromBase64(text: string): Uint8Array }
