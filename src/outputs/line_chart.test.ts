import { describe, expect, it } from 'vitest'
import { lineChart } from './line_chart.js'

const options = { title: 'DTW < 5 & falling', x: 'seconds', y: 'DTW' }

describe('lineChart', () => {
  it('puts the largest values at the ends of the last ticks, and the origin at 0', () => {
    const svg = lineChart([{ group: 'mse', points: [[0, 0], [50, 10]] }], options) // biome-ignore format: points
    expect(svg).toContain('<polyline points="64.0,408.0 590.0,44.0"')
    expect(svg).toMatch(/>50<.*>DTW/s)
  })

  it('gives a group one colour and one place in the legend', () => {
    const svg = lineChart(
      ['mse', 'mse', 'rl'].map((group, i) => ({ group, points: [[0, i + 1]] as const })),
      options,
    )
    expect(svg.match(/>mse</g)).toHaveLength(1)
    const strokes = [...svg.matchAll(/<polyline [^>]*stroke="([^"]+)"/g)].map(([, stroke]) => stroke)
    expect(strokes[0]).toBe(strokes[1])
    expect(strokes[2]).not.toBe(strokes[0])
  })

  it('escapes text, and draws an empty chart for no points', () => {
    expect(lineChart([], options)).toContain('DTW &lt; 5 &amp; falling')
    expect(lineChart([{ group: 'a', points: [[Number.NaN, 1]] }], options)).not.toContain('NaN')
  })
})
