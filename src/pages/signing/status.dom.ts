// The line that everybody sees and hears.

import { element } from '../page.dom.js'

const status = element('status', HTMLElement)

/** Says something, and whether it is something wrong. */
export function say(words: string, wrong = false): void {
  status.textContent = words
  status.classList.toggle('wrong', wrong)
}
