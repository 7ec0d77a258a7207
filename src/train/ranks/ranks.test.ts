// How a batch is dealt out, what is added up in which order, and which gradients are done when.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyRank, fromFirst, gatherValues } from '../../base/communicator.js'
import { ranksInProcess } from '../../base/communicator.testing.js'
import type { Step } from '../../device/recorder.js'
import { gradientParts, PART_BYTES, readyAfter } from './gradient_parts.js'
import { passSize, sharesOf } from './shares.js'
import { RankSum } from './sum.js'

const batchOf = (examples: number) => ({ group: '', examples: Array.from({ length: examples }, (_, i) => i), target: 8, source: 8 })

describe('the shares of a batch', () => {
  it('are all of it, in order, in passes as one rank would make them, and none much larger than another', () => {
    const counts = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(counts, counts, fc.option(counts), fc.integer({ min: 1, max: 9 }), (examples, size, microBatch, ranks) => {
        const most = passSize(size, microBatch, ranks)
        const shares = sharesOf(batchOf(examples), most, ranks)
        expect(shares).toHaveLength(ranks)
        expect(shares.flatMap(({ passes }) => passes.flat())).toEqual(batchOf(examples).examples)
        const counts = shares.map(({ passes }) => passes.length)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        let before = 0
        for (const { first, passes } of shares) {
          if (passes.length > 0) expect(first).toBe(before)
          before += passes.length
          for (const pass of passes) expect(pass.length).toBeLessThanOrEqual(most)
        }
      }),
    )
  })

  it('of a whole batch are one pass a rank', () => {
    expect(passSize(32, null, 4)).toBe(8)
    expect(passSize(30, null, 4)).toBe(8)
    expect(passSize(32, 2, 4)).toBe(2)
    expect(passSize(32, 16, 4)).toBe(8)
  })
})

describe('what ranks add up', () => {
  it('is the sum in double precision in the order of ranks, the same on all, of lengths that do not divide too', async () => {
    const { ranks } = ranksInProcess(3)
    const numbers = [
      [1, 2 ** 24, 1e30, 5, -0.1],
      [2, 1, 1, 5, 0.2],
      [3, 1, -1e30, 5, 0.3],
    ]
    const sums = await Promise.all(
      ranks.map(async (one) => {
        const sum = new RankSum(one, 5)
        expect(sum.length).toBe(6)
        const padded = new Float32Array(sum.length)
        padded.set(numbers[one.rank]!)
        return [...(await sum.of(padded))].slice(0, 5)
      }),
    )
    const total = (i: number) => Math.fround(numbers.map((row) => Math.fround(row[i]!)).reduce((a, b) => a + b))
    expect(sums[0]).toEqual([0, 1, 2, 3, 4].map(total))
    expect(sums[1]).toEqual(sums[0])
    expect(sums[2]).toEqual(sums[0])
  })
})

describe('values among ranks', () => {
  it('come in the order of ranks, whatever their sizes, and those of the first to all', async () => {
    const { ranks } = ranksInProcess(3)
    const value = (rank: number) => ({ rank, text: 'x'.repeat(10 ** rank), numbers: new Float32Array(rank), none: Number.NaN })
    const all = await Promise.all(ranks.map((one) => gatherValues(one, value(one.rank))))
    for (const one of all) expect(one).toEqual([value(0), value(1), value(2)])
    const first = await Promise.all(ranks.map((one) => fromFirst(one, async () => value(one.rank))))
    for (const one of first) expect(one).toEqual(value(0))
  })

  it('say whether any wishes', async () => {
    const { ranks } = ranksInProcess(3)
    expect(await Promise.all(ranks.map((one) => anyRank(one, one.rank === 2)))).toEqual([true, true, true])
    expect(await Promise.all(ranks.map((one) => anyRank(one, false)))).toEqual([false, false, false])
  })
})

describe('gradients in parts', () => {
  const [first, second] = [{ size: 64 }, { size: 32 }] as unknown as [GPUBuffer, GPUBuffer]
  const write = (buffer: GPUBuffer, offset: number, bytes: number): Step =>
    ({
      label: 'step',
      kernel: { buffers: { x: 'read', y: 'update' } },
      tensors: { x: { region: { buffer: first, offset: 0, bytes: 64 } }, y: { region: { buffer, offset, bytes } } },
    }) as unknown as Step
  // The last layer's first, a tensor of two that are written as one, and one written twice.
  const steps = [write(second, 0, 16), write(first, 32, 16), write(first, 0, 32), write(first, 16, 16), write(second, 16, 16)]

  it('are all of them once, the earliest done first', () => {
    const parts = gradientParts(steps, [first, second], 1)
    expect(parts).toEqual([
      [{ buffer: 0, offset: 48, bytes: 16 }],
      [{ buffer: 1, offset: 0, bytes: 16 }],
      [{ buffer: 0, offset: 32, bytes: 16 }],
      [{ buffer: 0, offset: 0, bytes: 16 }],
      [{ buffer: 0, offset: 16, bytes: 16 }],
      [{ buffer: 1, offset: 16, bytes: 16 }],
    ])
    expect(readyAfter(parts, steps, [first, second])).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('are joined up to a size, ranges that touch as one', () => {
    expect(gradientParts(steps, [first, second], 48)).toEqual([
      [
        { buffer: 0, offset: 32, bytes: 32 },
        { buffer: 1, offset: 0, bytes: 16 },
      ],
      [
        { buffer: 0, offset: 0, bytes: 32 },
        { buffer: 1, offset: 16, bytes: 16 },
      ],
    ])
    expect(gradientParts(steps, [first, second], PART_BYTES)).toEqual([
      [
        { buffer: 0, offset: 0, bytes: 64 },
        { buffer: 1, offset: 0, bytes: 32 },
      ],
    ])
  })
})
