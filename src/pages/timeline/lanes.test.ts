import { describe, expect, it } from 'vitest'
import { lanesOf, spanAt } from './lanes.js'

const lanes = lanesOf({
  rows: [
    { path: 'encoder.0/self/query', kernel: 'linear', variant: 'linear_subgroup', hue: '--hue-a' },
    { path: 'encoder.0/self/out', kernel: 'add', variant: 'add', hue: '--hue-b' },
    { path: '', kernel: 'adamw', variant: 'adamw', hue: '--hue-c' },
  ],
  host: [
    [0, 1, 'encode'],
    [1, 9, 'wait'],
  ],
  gpu: [
    [2, 3, 0],
    [3.5, 4, 1],
    [4, 6, 2],
    [6, 7, 0],
  ],
})
const [host, places, kernels] = lanes.map(({ spans }) => spans)

describe('lanesOf', () => {
  it('names what the host did, its waiting in the hue of what is not work', () => {
    expect(host).toEqual([
      { begin: 0, end: 1, name: 'host: encode', label: 'encode', hue: '--soft' },
      { begin: 1, end: 9, name: 'host: wait', label: 'wait', hue: '--line' },
    ])
  })

  it('joins dispatches that follow each other in one place, two scopes deep; outside of all it is the kernel', () => {
    expect(places!.map(({ begin, end, name, hue }) => [begin, end, name, hue])).toEqual([
      [2, 4, 'encoder.0/self', '--hue-a'],
      [4, 6, 'adamw', '--hue-c'],
      [6, 7, 'encoder.0/self', '--hue-a'],
    ])
  })

  it('has a span a dispatch, named by path, kernel and shader', () => {
    expect(kernels).toHaveLength(4)
    expect(kernels![0]).toEqual({
      begin: 2,
      end: 3,
      name: 'encoder.0/self/query linear (linear_subgroup)',
      label: 'linear',
      hue: '--hue-a',
    })
  })

  it('lays lanes one below the other', () => {
    for (let i = 1; i < lanes.length; i++) expect(lanes[i]!.top).toBeGreaterThan(lanes[i - 1]!.top + lanes[i - 1]!.height)
  })
})

describe('spanAt', () => {
  const name = (ms: number, y: number) => spanAt(lanes, ms, y)?.name
  it('finds what is there, beginnings included and ends not', () => {
    expect([name(0, 22), name(1, 22), name(3.2, 66), name(3.5, 114)]).toEqual([
      'host: encode',
      'host: wait',
      'encoder.0/self',
      'encoder.0/self/out add (add)',
    ])
  })

  it('finds nothing between spans, between lanes and after the end', () => {
    expect([name(3.2, 114), name(0.5, 56), name(0.5, 21), name(9, 30), name(7, 120)]).toEqual(Array(5).fill(undefined))
  })
})
