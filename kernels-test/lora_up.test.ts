import { describe, expect, it } from 'vitest'
import { loraUp, loraUpGrad, loraUpWeightGrad } from '../src/kernels/lora_up.js'
import * as reference from '../src/reference/lora_up.js'
import { dot, expectClose, expectGrad, finiteDifference, forced, noise, runKernel } from './harness.js'

const seed = Uint32Array.of(0x12345678, 7, 0, 0)
const drops = { seed, stream: 3, rate: Math.fround(0.3) }
const plain = { hasResidual: 0, stream: 0, rate: 0 }

// One row; fewer rows than a tile, several parts; a tile and one row more, two quads of ranks; more lanes than a workgroup; a layer's.
const shapes = [
  { rows: 1, width: 4, rank: 4, parts: 1 },
  { rows: 3, width: 36, rank: 4, parts: 3 },
  { rows: 5, width: 12, rank: 8, parts: 2 },
  { rows: 67, width: 20, rank: 12, parts: 1 },
  { rows: 9, width: 1028, rank: 4, parts: 3 },
]

describe('lora_up', () => {
  it('has reference gradients that match finite differences', () => {
    const size = { rows: 3, width: 8, rank: 4, parts: 2 }
    const [h, b, base, dy] = [noise(24, 1), noise(64, 2), noise(48, 3), noise(48, 4)]
    const loss = (at: { h?: Float64Array; b?: Float64Array }) => dot(reference.loraUp(at.h ?? h, at.b ?? b, base, size), dy)
    expectGrad(
      'dh',
      reference.loraUpGrad(dy, b, size, 1),
      finiteDifference((at) => loss({ h: at }), h),
    )
    expectGrad(
      'db',
      reference.loraUpWeightGrad(dy, h, size),
      finiteDifference((at) => loss({ b: at }), b),
    )
  })

  for (const shape of shapes) {
    const { rows, width, rank, parts } = shape
    const [wide, narrow, factor] = [rows * parts * width, rows * parts * rank, parts * width * rank]

    it(`matches the reference at ${JSON.stringify(shape)}`, async () => {
      const [h, b, base, residual] = [noise(narrow, 5), noise(factor, 6), noise(wide, 7), noise(wide, 8)]
      const { y } = await runKernel(loraUp, { h, b, base, residual, seed, y: wide }, { ...shape, ...plain })
      // `rank` products in a chain and the base; then a division (2.5 ulps) of what is enlarged by 1/0.7, and the residual.
      expectClose('y', y, reference.loraUp(h, b, base, shape), { ulps: rank + 1, scale: rank + 1 })
      const finished = await runKernel(
        loraUp,
        { h, b, base, residual, seed, y: wide },
        { ...shape, hasResidual: 1, stream: drops.stream, rate: drops.rate },
      )
      const want = reference.loraUp(h, b, base, shape, { residual, drops })
      expectClose('y finished', finished.y, want, { ulps: rank + 9, scale: (rank + 1) / 0.7 + 1 })
    })

    it(`matches the reference gradients at ${JSON.stringify(shape)}`, async () => {
      const [dy, h, b] = [noise(wide, 9), noise(narrow, 10), noise(factor, 11)]
      for (const variant of ['portable', 'workgroup']) {
        const { dh } = await runKernel(forced(loraUpGrad, variant), { dy, b, dh: narrow }, { ...shape, scale: 0.75 })
        expectClose(`dh, ${variant}`, dh, reference.loraUpGrad(dy, b, shape, 0.75), { ulps: width + 1, scale: 0.75 * width })
      }
      const { db } = await runKernel(loraUpWeightGrad, { dy, h, db: b }, shape)
      const want = reference.loraUpWeightGrad(dy, h, shape).map((v, i) => v + b[i]!)
      expectClose('db', db, want, { ulps: rows + 1, scale: rows + 1 })
    })
  }

  it('leaves every bit of the base where b is 0', async () => {
    const size = { rows: 5, width: 12, rank: 4, parts: 2 }
    const base = noise(120, 12, 1e3)
    const given = { h: noise(40, 13, 1e6), b: new Float64Array(96), base, residual: base, seed, y: 120 }
    const { y } = await runKernel(loraUp, given, { ...size, ...plain })
    expect([...y]).toEqual([...base])
  })
})
