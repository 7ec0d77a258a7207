// What the pointer, the keys and the controls ask of a player.

import { element, isShortcut } from '../page.dom.js'
import type { Player } from './player.dom.js'

/** Lets the page's controls, its picture and its keys move a player. Once for each page. */
export function answer(player: Player): void {
  answerControls(player)
  answerPointer(player)
  answerKeys(player)
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
  for (const id of ['perspective', 'mirrored']) element(id, HTMLInputElement).onchange = () => player.paint()
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
    const answering = event.key === ' ' ? 'button, select, textarea, summary, input:not([type=range])' : 'select, textarea, input'
    if (!action || (event.target as Element).closest(answering) || isShortcut(event)) return
    event.preventDefault()
    action()
  })
}
