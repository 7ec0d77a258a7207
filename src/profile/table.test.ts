import { describe, expect, it } from 'vitest'
import { madeUpCeilings } from './ceilings.testing.js'
import { byKernel, byPath, together } from './groups.js'
import { madeUp, row, rows } from './profile.testing.js'
import { formatProfile } from './table.js'

const ceilings = madeUpCeilings(10, 100)

describe('groups', () => {
  const three = [...rows, row('decoder.0/cross', 'linear', 2, { variant: 'linear_subgroup', flops: 5e7 })]

  it('add up calls, times, work and floors', () => {
    const [linear] = byKernel(three, ceilings)
    expect(linear).toMatchObject({ name: 'linear', variants: ['linear_subgroup'], calls: 4 })
    expect(linear!.ms.median).toBeCloseTo(8)
    expect(linear!.gigaflops).toBeCloseTo(52e6 / 8 / 1e6)
    // 1 MB at 10 GB/s is longer than 2 Mflop at 100 GFLOP/s; 50 Mflop are longer than 1 MB.
    expect(linear!.floor).toBeCloseTo(0.1 + 0.5)
    expect(linear!.roof).toBeCloseTo(0.6 / 8)
    expect(linear!.ceilings).toEqual(['multiply-add', 'copy'])
    expect(byKernel(three, ceilings).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
  })

  it('go by as many scopes as asked for, the costliest first', () => {
    expect(byPath(three, ceilings, 1).map(({ name }) => name)).toEqual(['encoder.0', 'decoder.0'])
    expect(byPath(three, ceilings, 2).map(({ name }) => name)).toEqual(['encoder.0/self', 'decoder.0/self', 'decoder.0/cross'])
    expect(together(three, ceilings).calls).toBe(6)
  })

  it('have no pace where the clock saw no time pass', () => {
    expect(together([row('', 'add', 0)], ceilings)).toMatchObject({ gigabytes: 0, gigaflops: 0, roof: 0 })
  })

  it('add up samples step by step: a step that is slow in one place need not be slow in another', () => {
    const ms = (samples: number[]) => ({ best: 0, median: 0, low: 0, high: 0, samples })
    const [first, second] = three as [(typeof three)[0], (typeof three)[0]]
    const sum = together(
      [
        { ...first, ms: ms([1, 9, 1]) },
        { ...second, ms: ms([9, 1, 9]) },
      ],
      ceilings,
    )
    expect(sum.ms).toMatchObject({ samples: [10, 10, 10], median: 10 })
  })
})

describe('formatProfile', () => {
  it('says what was measured, the overhead, and the step against the sum of floors', () => {
    expect(formatProfile(madeUp(rows)).split('\n').slice(0, 7)).toEqual([
      'training step of <made-up>, on no GPU',
      expect.stringMatching(
        /^measured peaks: read 10\.0 \(cached 20\.0\), .*copy 10\.0 \(cached 20\.0\).* GB\/s; multiply-add 100\.0 GFLOP\/s$/,
      ),
      'timed by timestamp queries, one compute pass per dispatch, over 5 steps; dispatches in separate passes cannot overlap',
      'a step takes 10.00 ms (9.90 to 10.10); with profiling, one dispatch at a time, 11.00 ms (10.89 to 11.11), +10 %',
      'timing adds 2.0 µs per dispatch, subtracted in the tables below but not in the timeline',
      '4 dispatches in 10.00 ms (9.90 to 10.10), 100 % of the step',
      'at the measured peaks, the kernels would take 0.20 ms: 2.0 % of the step',
    ])
  })

  it('lists places, kernels with the variant that ran, and memory', () => {
    const lines = formatProfile(madeUp(rows)).split('\n')
    expect(lines).toContainEqual(expect.stringMatching(/^place +calls +ms +spread +share +GB\/s +GFLOP\/s +of roof$/))
    expect(lines).toContainEqual(expect.stringMatching(/^encoder\.0\/self +2 +6\.000 +5\.94-6\.06 +60 % +0\.17 +0\.33 +1\.7 %$/))
    expect(lines).toContainEqual(expect.stringMatching(/^linear +2 +6\.000 .* 1\.7 % +copy +linear_subgroup$/))
    expect(lines).toContainEqual(expect.stringMatching(/^activations of program 1 +0\.00 MiB +2 +2 /))
  })

  it('says so where no timestamps were to be had', () => {
    expect(formatProfile(madeUp(rows, { method: 'submissions' }))).toContain(
      'no timestamp-query on this adapter: each dispatch was submitted',
    )
  })
})
