import { describe, expect, it } from 'vitest'
import { lossScale, lossScaleUpdate } from '../src/kernels/loss_scale.js'
import * as reference from '../src/reference/loss_scale.js'
import { expectClose, noise, runKernel } from './harness.js'

const hyper = Float64Array.of(1e-3, Math.fround(0.9), Math.fround(0.999), 1e-8, 7, 8, 0, 0).map(Math.fround)
const interval = 3

async function update(partial: Float64Array, scaling: Float64Array, limit: number) {
  const given = { partial, hyper, scaling, clip: 2, tuned: 8 }
  const got = await runKernel(lossScaleUpdate, given, { partials: partial.length, limit, interval })
  return { got, want: reference.lossScaleUpdate(partial, hyper, scaling, limit, interval) }
}

describe('loss_scale', () => {
  for (const n of [1, 63, 64, 65, 331]) {
    it(`multiplies without rounding at [${n}]`, async () => {
      const x = noise(n, n)
      const scaling = Float64Array.of(65536, 5, 0, 1, 1, 0, 0, 0)
      const { y } = await runKernel(lossScale, { x, scaling, y: n }, { n })
      expect([...y]).toEqual([...reference.lossScale(x, scaling)])
    })
  }
})

describe('loss_scale_update', () => {
  for (const partials of [4, 252, 4036]) {
    for (const limit of [0, 0.5, 1000]) {
      it(`matches the reference at [${partials}] with limit ${limit}`, async () => {
        const partial = noise(partials, partials).map((v) => Math.fround(Math.abs(v) * 2 ** 32))
        const { got, want } = await update(partial, Float64Array.of(65536, 1, 4, 0.5, 0.75, 0, 0, 0), limit)
        // As in clip_scale's test, and a division more.
        expectClose('clip', got.clip, want.clip, { ulps: partials / 4 + 24, scale: want.clip })
        expectClose('scaling', got.scaling, want.scaling, { ulps: 1, scale: want.scaling })
        expectClose('tuned', got.tuned, want.tuned, { ulps: 2, scale: 1 })
      })
    }
  }

  it('skips a step whose norm is not finite: halves, counts, and leaves the corrections where they were', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const partial = noise(8, 1).map(Math.abs)
      partial[5] = bad
      const { got, want } = await update(partial, Float64Array.of(65536, 2, 4, 0.5, 0.75, 0, 0, 0), 5)
      expect([...got.scaling]).toEqual([32768, 0, 5, 0.5, 0.75, 0, 0, 0])
      expect([...want.scaling]).toEqual([...got.scaling])
      expect([...got.clip]).toEqual([bad, 0])
      expect([...got.tuned.slice(4, 6)]).toEqual([0.5, 0.25])
    }
  })

  it('doubles after as many good steps as the interval says, up to 2^24', async () => {
    const partial = noise(8, 2).map(Math.abs)
    const scales = async (scale: number, steps: number) => {
      const { got, want } = await update(partial, Float64Array.of(scale, steps, 0, 1, 1, 0, 0, 0), 5)
      expect([...got.scaling.slice(0, 3)]).toEqual([...want.scaling.slice(0, 3)])
      return [...got.scaling.slice(0, 2)]
    }
    expect(await scales(65536, 1)).toEqual([65536, 2])
    expect(await scales(65536, 2)).toEqual([131072, 0])
    expect(await scales(2 ** 24, 2)).toEqual([2 ** 24, 0])
  })

  it('has the corrections of the first step after the first', async () => {
    const { got } = await update(noise(8, 3).map(Math.abs), Float64Array.of(2, 0, 0, 1, 1, 0, 0, 0), 5)
    expect([...got.tuned]).toEqual([...hyper.slice(0, 4), 1 - hyper[1]!, 1 - hyper[2]!, 0, 0].map(Math.fround))
  })
})
