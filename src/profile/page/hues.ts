// Which hue a part of the model has, the same in every picture of a page.

import { escapeMarkup } from '../../outputs/markup.js'
import type { DispatchRow } from '../profile.js'
import { hueNames } from './style.js'

/** The part of the model that a path or a tensor's name begins with: `decoder` of `decoder.1/self/query`, `backward decoder` on its way back. */
export function partOf(path: string): string {
  const [first = '', second = ''] = path.split('/').map((scope) => scope.split('.')[0]!)
  return first === 'backward' && second !== '' ? `${first} ${second}` : first
}

/** Hues for the parts that take most of the time; all others share the last one. */
export class Hues {
  readonly #parts: readonly string[]

  constructor(rows: readonly DispatchRow[]) {
    const spent = new Map<string, number>()
    for (const { path, kernel, ms } of rows) {
      const part = partOf(path || kernel)
      spent.set(part, (spent.get(part) ?? 0) + ms.median)
    }
    const parts = [...spent].sort(([, a], [, b]) => b - a).map(([part]) => part)
    this.#parts = parts.slice(0, hueNames.length - 1)
  }

  /** The CSS variable of a part. */
  of(part: string): string {
    const i = this.#parts.indexOf(part)
    return i < 0 ? hueNames.at(-1)! : hueNames[i]!
  }

  /** Which hue is whose, as a list. */
  legend(): string {
    const items = [...this.#parts, 'the rest'].map(
      (part) => `<li><i style="background: var(${this.of(part)})"></i>${escapeMarkup(part)}</li>`,
    )
    return `<ul class="legend">${items.join('')}</ul>`
  }
}
