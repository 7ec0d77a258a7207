// The timeline's picture.

import { surfaceOf } from '../page.dom.js'
import { type Bar, barsOf } from './bars.js'
import { IDLE_HUE, type Lane } from './lanes.js'
import { rulerTimes } from './ruler.js'
import type { TimeRange } from './time_range.js'

/** Where the ruler's numbers stand, and its lines begin. */
const RULER = { numbers: 12, lines: 16 }

export function paintTimeline(canvas: HTMLCanvasElement, lanes: readonly Lane[], range: TimeRange): void {
  const surface = surfaceOf(canvas)
  if (!surface) return
  const { context, width, height } = surface
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  context.clearRect(0, 0, width, height)
  context.font = '12px system-ui, sans-serif'
  context.textAlign = 'left'
  for (const ms of rulerTimes(range.from, range.to)) {
    const x = range.shareOf(ms) * width
    context.fillStyle = colour('--line')
    context.fillRect(x, RULER.lines, 1, height - RULER.lines)
    context.fillStyle = colour('--soft')
    context.fillText(`${Number(ms.toPrecision(6))} ms`, x + 3, RULER.numbers)
  }
  for (const lane of lanes) for (const bar of barsOf(lane.spans, range, width)) paintBar(context, lane, bar, width, colour)
}

function paintBar(
  context: CanvasRenderingContext2D,
  { top, height }: Lane,
  { span, left, right }: Bar,
  width: number,
  colour: (name: string) => string,
): void {
  // A gap to the next one, where there is room for it.
  const gap = right - left > 4 ? 1 : 0
  context.fillStyle = colour(span.hue)
  context.fillRect(left, top, Math.max(1, right - left - gap), height)
  const textLeft = Math.max(left, 0) + 4
  if (context.measureText(span.label).width + 6 >= Math.min(right, width) - textLeft) return
  context.fillStyle = colour(span.hue === IDLE_HUE ? '--soft' : '--card')
  context.fillText(span.label, textLeft, top + height / 2 + 4)
}
