// The three lanes of the timeline: what the host did, the parts of the model, and their kernels.

import type { TimelineData } from '../../profile/page/timeline_data.js'

/** Something that lasted, in milliseconds. */
export interface Span {
  readonly begin: number
  readonly end: number
  /** Said under the timeline. */
  readonly name: string
  /** Written on it, where it is wide enough. */
  readonly label: string
  /** The name of a CSS variable. */
  readonly hue: string
}

/** Spans in the order of their time, and where they are painted, in pixels. */
export interface Lane {
  readonly top: number
  readonly height: number
  readonly spans: readonly Span[]
}

/** The hue of what is not work: the host's waiting. */
export const IDLE_HUE = '--line'

export function lanesOf(data: TimelineData): Lane[] {
  return [
    { top: 22, height: 34, spans: hostSpans(data) },
    { top: 66, height: 44, spans: placeSpans(data) },
    { top: 114, height: 54, spans: kernelSpans(data) },
  ]
}

function hostSpans({ host }: TimelineData): Span[] {
  return host.map(([begin, end, name]) => ({ begin, end, name: `host: ${name}`, label: name, hue: name === 'wait' ? IDLE_HUE : '--soft' }))
}

/** Dispatches that follow each other in the same place, two scopes deep, as one span with the hue of the first. */
function placeSpans({ rows, gpu }: TimelineData): Span[] {
  const spans: Span[] = []
  for (const [begin, end, row] of gpu) {
    const { path, kernel, hue } = rows[row]!
    const name = path.split('/').slice(0, 2).join('/') || kernel
    const last = spans.at(-1)
    if (last?.name === name) spans[spans.length - 1] = { ...last, end }
    else spans.push({ begin, end, name, label: name, hue })
  }
  return spans
}

function kernelSpans({ rows, gpu }: TimelineData): Span[] {
  return gpu.map(([begin, end, row]) => {
    const { path, kernel, variant, hue } = rows[row]!
    return { begin, end, name: `${path} ${kernel} (${variant})`, label: kernel, hue }
  })
}

/** What is at a height of the picture at a time; nothing between spans and lanes. */
export function spanAt(lanes: readonly Lane[], ms: number, y: number): Span | undefined {
  const lane = lanes.find(({ top, height }) => y >= top && y < top + height)
  return lane?.spans.find(({ begin, end }) => begin <= ms && ms < end)
}
