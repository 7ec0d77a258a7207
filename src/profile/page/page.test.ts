import { describe, expect, it } from 'vitest'
import { about, madeUp, rows } from '../profile.testing.js'
import { reportPage } from './page.js'

const page = reportPage(madeUp(rows))

describe('reportPage', () => {
  it('is one file that fetches nothing, with foreign text as text', () => {
    expect(page).not.toMatch(/(src|href)=|url\(|@import|https?:\/\/(?!www\.w3\.org)/)
    expect(page).toContain('training step of &lt;made-up&gt;')
    expect(page).not.toContain('<made-up>')
  })

  it('has the data of its timeline', () => {
    const [, data] = /id="page-data">(.*)<\/script>/.exec(page)!
    expect(JSON.parse(data!)).toMatchObject({ gpu: [[1.5, 3, 0], [3, 5, 1]], host: [[0, 1, 'encode'], [1, 6, 'wait']] }) // biome-ignore format: one span a pair
  })

  it('plots kernels under the roof, at their flops a byte and a second', () => {
    const circles = [...page.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)])
    expect(circles).toHaveLength(2)
    // Both do 2 flops a byte; the faster one is higher, by the logarithm of 6 / 4 of the four decades between 0.1 and 1000 GFLOP/s.
    expect(circles[0]![0]).toBe(circles[1]![0])
    expect(circles[0]![1]! - circles[1]![1]!).toBeCloseTo((Math.log10(6 / 4) * (480 - 18 - 46)) / 4, 0)
  })

  it('draws a roof for each ceiling that kernels come up against, and names it', () => {
    const roofs = (html: string) =>
      [html.match(/class="roof"/g)?.length, ...html.matchAll(/>((?:cached )?[a-z]+) [\d.]+ GB\/s<\/text>/g)].map(String)
    expect(roofs(page)).toEqual(['1', expect.stringContaining('copy')])
    const mixed = reportPage(madeUp([rows[0]!, { ...rows[1]!, traffic: 'cached updates' }]))
    expect(roofs(mixed)).toEqual(['2', expect.stringContaining('copy'), expect.stringContaining('cached updates')])
    expect(mixed).toMatch(/<title>attention \(attention\): .* of its roof \(cached updates\)<\/title>/)
  })

  it('draws a box a tensor and a row a group', () => {
    expect(page.match(/<rect /g)).toHaveLength(2)
    expect(page).toContain('encoder.0/y: 0.00 MiB in buffer 0, dispatch 0 to 1')
    expect(page).toMatch(/<td>linear<\/td><td>2<\/td><td>6\.000<\/td>/)
  })

  it('compares, and shows what changed before what did not', () => {
    const after = madeUp([rows[0]!, { ...rows[1]!, ms: about(6) }])
    const compared = reportPage(after, madeUp(rows))
    expect(compared).toContain('3 slower by more than 10 %')
    expect(compared.indexOf('kernel attention')).toBeLessThan(compared.indexOf('2 that stayed the same'))
    expect(compared.indexOf('kernel linear')).toBeGreaterThan(compared.indexOf('2 that stayed the same'))
  })

  it('leaves out what single kernels do not have', () => {
    const alone = madeUp(rows, { command: 'kernel', step: null, memory: { arenas: [], programs: [] }, timeline: { host: [], gpu: [] } })
    expect(reportPage(alone)).not.toMatch(/<canvas|<script|Memory plan|By kernel/)
    expect(reportPage(alone)).toContain('Shapes')
  })
})
