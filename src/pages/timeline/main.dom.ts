// The timeline's script: paints it, and looks closer and elsewhere as the pointer, the keys and the buttons ask.

import type { TimelineData } from '../../profile/page/timeline_data.js'
import { element, isShortcut, pageData } from '../page.dom.js'
import { lanesOf, spanAt } from './lanes.js'
import { paintTimeline } from './picture.dom.js'
import { TimeRange } from './time_range.js'

const canvas = element('timeline', HTMLCanvasElement)
const under = element('under', HTMLElement)
const lanes = lanesOf(pageData<TimelineData>())
const spans = lanes.flatMap((lane) => lane.spans)
const range = new TimeRange(
  spans.reduce((least, { begin }) => Math.min(least, begin), 0),
  spans.reduce((most, { end }) => Math.max(most, end), 0),
)

/** Powers of e by which what is seen grows with each pixel of the wheel. */
const ZOOM_PER_WHEEL_PIXEL = 0.002

const paint = () => paintTimeline(canvas, lanes, range)

function zoom(by: number, share: number): void {
  range.zoom(by, share)
  paint()
}

function move(share: number): void {
  range.move(share)
  paint()
}

function showAll(): void {
  range.showAll()
  paint()
}

function tellSpan({ offsetX, offsetY }: PointerEvent): void {
  const span = spanAt(lanes, range.at(offsetX / canvas.clientWidth), offsetY)
  under.textContent = span ? `${span.name}: ${(span.end - span.begin).toFixed(3)} ms` : ''
}

const onWheel = (event: WheelEvent) => {
  event.preventDefault()
  zoom(Math.exp(event.deltaY * ZOOM_PER_WHEEL_PIXEL), event.offsetX / canvas.clientWidth)
}
canvas.addEventListener('wheel', onWheel, { passive: false })
canvas.addEventListener('dblclick', showAll)
canvas.addEventListener('pointerdown', (event) => {
  canvas.setPointerCapture(event.pointerId)
  tellSpan(event)
})
canvas.addEventListener('pointermove', (event) => {
  const dragged = (event.buttons & 1) !== 0
  if (dragged) move(-event.movementX / canvas.clientWidth)
  tellSpan(event)
})

const closer = () => zoom(0.75, 0.5)
const wider = () => zoom(1 / 0.75, 0.5)
const keys: Readonly<Record<string, () => void>> = {
  ArrowLeft: () => move(-1 / 8),
  ArrowRight: () => move(1 / 8),
  '+': closer,
  '-': wider,
  0: showAll,
}
canvas.addEventListener('keydown', (event) => {
  const action = keys[event.key]
  if (!action || isShortcut(event)) return
  event.preventDefault()
  action()
})
element('closer', HTMLButtonElement).onclick = closer
element('wider', HTMLButtonElement).onclick = wider
element('whole', HTMLButtonElement).onclick = showAll
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint)
window.addEventListener('resize', paint)
paint()
