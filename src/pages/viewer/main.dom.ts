// The viewer's script: starts the player with the clips of the page.

import type { ViewerData } from '../../outputs/viewer/data.js'
import { element, pageData } from '../page.dom.js'
import { answer } from './controls.dom.js'
import { Player } from './player.dom.js'
import { listed } from './shown_clip.js'

const { clips, palette } = pageData<ViewerData>()
if (clips.length > 0) {
  const player = new Player(clips.map(listed), linkedClip(), palette)
  answer(player)
  player.play(!matchMedia('(prefers-reduced-motion: reduce)').matches)
} else {
  element('sentence', HTMLElement).textContent = 'No clips.'
  for (const control of document.querySelectorAll<HTMLInputElement>('main button, main select, main input')) control.disabled = true
}

/** `file.html#3` opens the third clip. */
function linkedClip(): number {
  return Number(location.hash.slice(1)) - 1 || 0
}
