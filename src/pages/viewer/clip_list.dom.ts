// The list of clips beside the picture.

import type { ClipText } from '../../outputs/viewer/data.js'
import { element, make } from '../page.dom.js'

export class ClipList {
  readonly #list = element('list', HTMLElement)
  readonly #buttons: HTMLElement[] = []
  readonly #choose: (index: number) => void

  /** Lists the clips, unless there is only one; `choose` is told which one is wanted. */
  constructor(clips: readonly ClipText[], choose: (index: number) => void) {
    this.#choose = choose
    for (const clip of clips) this.add(clip)
  }

  /** Lists one more, at the end. */
  add(clip: ClipText): void {
    const index = this.#buttons.length
    const button = clipButton(clip, () => this.#choose(index))
    this.#buttons.push(button)
    element('clips', HTMLOListElement).append(make('li', '', button))
    this.#list.hidden = this.#buttons.length < 2
  }

  /** Marks the clip that is shown, and brings it into sight. */
  mark(index: number): void {
    this.#buttons.forEach((button, i) => {
      if (i === index) button.setAttribute('aria-current', 'true')
      else button.removeAttribute('aria-current')
    })
    this.#scrollTo(this.#buttons[index]!)
  }

  /** Moves the list alone: scrollIntoView would move the page too, and where the tab key starts from. */
  #scrollTo(button: HTMLElement): void {
    const [outer, inner] = [this.#list.getBoundingClientRect(), button.getBoundingClientRect()]
    this.#list.scrollTop += Math.min(0, inner.top - outer.top) + Math.max(0, inner.bottom - outer.bottom)
  }
}

function clipButton({ title, language, text, scores }: ClipText, onclick: () => void): HTMLElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.onclick = onclick
  button.append(
    make('span', 'tag', language),
    ' ',
    make('span', 'name', title),
    make('div', 'words', text === title ? '' : text),
    make('div', 'numbers', scores.map((score) => score.join(' ')).join(' · ')),
  )
  return button
}
