// What the scripts of our pages share: finding and making elements, the page's data, and a canvas as sharp as the screen.

/** The element of the page with this id. Throws where it is missing or of another kind: html and script do not fit. */
export function element<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`wanted a ${kind.name} with the id ${id}, got ${found?.nodeName ?? 'nothing'}`)
  return found
}

/** The JSON that stands in the page. Whoever wrote the page says what it is. */
export function pageData<T>(): T {
  return JSON.parse(element('page-data', HTMLScriptElement).text) as T
}

/** A new element; text is only ever set as text, so nothing in a sentence can become markup. */
export function make(tag: string, className: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.append(...content)
  return made
}

/** A canvas ready to be painted, in CSS pixels. */
export interface Surface {
  readonly context: CanvasRenderingContext2D
  readonly width: number
  readonly height: number
}

/** Empties a canvas and gives it a pixel for each of the screen's. Nothing where it has no size yet. */
export function surfaceOf(canvas: HTMLCanvasElement): Surface | undefined {
  const { clientWidth: width, clientHeight: height } = canvas
  const context = canvas.getContext('2d')
  if (!context || !width || !height) return undefined
  const ratio = window.devicePixelRatio || 1
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  return { context, width, height }
}

/** Whether a key came with one that makes it the browser's own shortcut. */
export function isShortcut({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey
}
