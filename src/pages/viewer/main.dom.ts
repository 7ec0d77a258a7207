// The viewer's script: starts the player, and hands it what the pointer, the keys and the controls ask for.

import type { ViewerData } from '../../outputs/viewer/data.js'
import { element, isShortcut, pageData } from '../page.dom.js'
import { Player } from './player.dom.js'

const { clips, palette } = pageData<ViewerData>()
if (clips.length > 0) {
  const player = new Player(clips, linkedClip(), palette)
  answerControls(player)
  answerPointer(player)
  answerKeys(player)
  player.play(!matchMedia('(prefers-reduced-motion: reduce)').matches)
} else {
  element('sentence', HTMLElement).textContent = 'No clips.'
  for (const control of document.querySelectorAll<HTMLInputElement>('main button, main select, main input')) control.disabled = true
}

/** `file.html#3` opens the third clip. */
function linkedClip(): number {
  return Number(location.hash.slice(1)) - 1 || 0
}

function answerControls(player: Player): void {
  element('play', HTMLButtonElement).onclick = () => player.toggle()
  element('back', HTMLButtonElement).onclick = () => player.step(-1)
  element('forward', HTMLButtonElement).onclick = () => player.step(1)
  const slider = element('time', HTMLInputElement)
  slider.oninput = () => {
    player.play(false)
    player.goTo(Number(slider.value))
  }
  element('mode', HTMLSelectElement).onchange = () => player.paint()
  element('perspective', HTMLInputElement).onchange = () => player.paint()
  element('reset', HTMLButtonElement).onclick = () => player.faceFront()
}

/** Radians for each pixel that the picture is dragged. */
const TURN_PER_PIXEL = 1 / 150
/** Pixels of the wheel that make the signer e times larger or smaller. */
const WHEEL_PIXELS_PER_E = 600

function answerPointer(player: Player): void {
  const canvas = element('canvas', HTMLCanvasElement)
  canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId))
  canvas.addEventListener('pointermove', ({ pointerId, movementX, movementY }) => {
    if (canvas.hasPointerCapture(pointerId)) player.turn(movementX * TURN_PER_PIXEL, movementY * TURN_PER_PIXEL)
  })
  const onWheel = (event: WheelEvent) => {
    event.preventDefault()
    player.zoom(Math.exp(-event.deltaY / WHEEL_PIXELS_PER_E))
  }
  canvas.addEventListener('wheel', onWheel, { passive: false })
  canvas.addEventListener('dblclick', () => player.faceFront())
}

function answerKeys(player: Player): void {
  const shiftKeys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => player.turn(-0.2, 0),
    ArrowRight: () => player.turn(0.2, 0),
    ArrowUp: () => player.turn(0, -0.2),
    ArrowDown: () => player.turn(0, 0.2),
  }
  const keys: Readonly<Record<string, () => void>> = {
    ' ': () => player.toggle(),
    ArrowLeft: () => player.step(-1),
    ArrowRight: () => player.step(1),
    ArrowUp: () => player.chooseNext(-1),
    ArrowDown: () => player.chooseNext(1),
    Home: () => player.goTo(0),
    End: () => player.goToEnd(),
    '+': () => player.zoom(1.2),
    '-': () => player.zoom(1 / 1.2),
    r: () => player.faceFront(),
  }
  document.addEventListener('keydown', (event) => {
    const action = (event.shiftKey && shiftKeys[event.key]) || keys[event.key]
    // Controls keep the keys they already answer to; a slider answers to all of these but the space.
    const answering = event.key === ' ' ? 'button, select, input:not([type=range])' : 'select, input'
    if (!action || (event.target as Element).closest(answering) || isShortcut(event)) return
    event.preventDefault()
    action()
  })
}
