import { describe, expect, it } from 'vitest'
import { barsOf } from './bars.js'
import { TimeRange } from './time_range.js'

const span = (begin: number, end: number) => ({ begin, end, name: '', label: '', hue: '' })

describe('barsOf', () => {
  it('places spans by their times', () => {
    const bars = barsOf([span(0, 2), span(5, 10)], new TimeRange(0, 10), 1000)
    expect(bars.map(({ left, right }) => [left, right])).toEqual([[0, 200], [500, 1000]]) // biome-ignore format: one bar a pair
  })

  it('leaves out what is out of sight, and keeps what reaches into it', () => {
    const range = new TimeRange(0, 10)
    range.zoom(0.5, 0.5)
    const spans = [span(0, 2), span(2, 3), span(4, 6), span(7, 9), span(8, 9)]
    expect(barsOf(spans, range, 100).map((bar) => bar.span)).toEqual(spans.slice(1, 4))
  })

  it('paints thin spans one a pixel', () => {
    const spans = Array.from({ length: 10_000 }, (_, i) => span(i, i + 1))
    const bars = barsOf(spans, new TimeRange(0, 10_000), 100)
    expect(bars.map(({ left }) => Math.floor(left))).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })
})
