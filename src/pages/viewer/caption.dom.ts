// What is said about the clip under its picture, and what the colours mean.

import type { Palette } from '../../outputs/colours.js'
import type { ClipText } from '../../outputs/viewer/data.js'
import { element, make } from '../page.dom.js'

export function showCaption({ title, language, text, scores }: ClipText): void {
  element('language', HTMLElement).textContent = language
  element('language', HTMLElement).hidden = !language
  element('sentence', HTMLElement).textContent = text
  element('canvas', HTMLCanvasElement).setAttribute('aria-label', `Signing skeleton: ${text || title}`)
  element('scores', HTMLElement).replaceChildren(
    ...scores.map(([name, score]) => make('div', '', make('dt', '', name), make('dd', '', score))),
  )
}

const partNames: Readonly<Record<string, string>> = { rightArm: 'right arm', leftArm: 'left arm' }

export function showLegend({ parts }: Palette): void {
  const coloured = Object.entries(parts).filter(([part]) => part !== 'head' && part !== 'body')
  const entries = coloured.map(([part, colour]) => {
    const dot = make('i', '')
    dot.style.background = colour
    return make('li', '', dot, partNames[part] ?? part)
  })
  element('legend', HTMLElement).replaceChildren(...entries)
}
