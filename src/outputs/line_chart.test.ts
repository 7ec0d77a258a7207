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

  it('ends the x axis with the last tick it was given, and draws dots and dashes', () => {
    const points = [[64, 1], [1024, 10]] as const // biome-ignore format: points
    const svg = lineChart(
      [
        { group: 'measured', points, style: 'dots' },
        { group: 'if linear', points, style: 'dashes' },
      ],
      { ...options, xTicks: [64, 1024] },
    )
    expect([...svg.matchAll(/<circle cx="([^"]+)"/g)].map(([, cx]) => cx)).toEqual(['96.9', '590.0'])
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1)
    expect([...svg.matchAll(/text-anchor="middle">(\d+)</g)].map(([, tick]) => tick)).toEqual(['64', '1024'])
  })

  it('escapes text, and draws an empty chart for no points', () => {
    expect(lineChart([], options)).toContain('DTW &lt; 5 &amp; falling')
    expect(lineChart([{ group: 'a', points: [[Number.NaN, 1]] }], options)).not.toContain('NaN')
  })
})
