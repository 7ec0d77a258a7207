// Which spans of a lane are painted, and from where to where.

import type { Span } from './lanes.js'
import type { TimeRange } from './time_range.js'

export interface Bar {
  readonly span: Span
  /** Pixels from the left edge of the picture; either may be outside of it. */
  readonly left: number
  readonly right: number
}

/** The bars in sight. Spans thinner than a pixel give one bar a pixel: a million of them look like this too. */
export function barsOf(spans: readonly Span[], range: TimeRange, width: number): Bar[] {
  const bars: Bar[] = []
  let occupied = -1
  for (const span of spans) {
    const [left, right] = [range.shareOf(span.begin) * width, range.shareOf(span.end) * width]
    if (right < 0 || left > width || (right - left < 1 && Math.floor(left) === occupied)) continue
    occupied = Math.floor(left)
    bars.push({ span, left, right })
  }
  return bars
}
