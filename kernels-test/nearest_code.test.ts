import { describe, expect, it } from 'vitest'
import { nearestCode, nearestCodeGrad, nearestCodeWeightGrad } from '../src/kernels/nearest_code.js'
import * as reference from '../src/reference/nearest_code.js'
import { expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

interface Sizes {
  readonly batch: number
  readonly length: number
  readonly width: number
  readonly count: number
}
const share = Math.fround(0.6)
const commitment = 0.25

async function expectMatch({ batch, length, width, count }: Sizes, lengths: Uint32Array, poison = false): Promise<void> {
  const rows = batch * length
  const [clean, dyClean, codes] = [noise(rows * width, 1), noise(rows * width, 2), noise(count * width, 3)]
  const isPast = (at: number) => Math.floor(at / width) % length >= lengths[Math.floor(at / width / length)]!
  const hidden = (x: Float64Array) => (poison ? x.map((value, at) => (isPast(at) ? Number.NaN : value)) : x)
  const [z, dy] = [hidden(clean), hidden(dyClean)]
  const want = reference.nearestCode(clean, codes, lengths, { length, width })
  const made = { y: rows * width, index: rows, distance: rows }
  const got = await runKernel(nearestCode, { z, codes, lengths, ...made }, { batch, length, width, count })
  expect([...new Uint32Array(got.index.buffer)]).toEqual([...want.index])
  expectClose('y', got.y, want.y, { ulps: 0, scale: 1 })
  expectClose('distance', got.distance, want.distance, { ulps: 8 + Math.sqrt(width), scale: 4 * width })

  const { y, index } = want
  const wantDz = reference.nearestCodeGrad({ z: clean, y, dy: dyClean, index }, { width, count, commitment, share })
  const given = { z, y, dy, index, share: Float64Array.of(share) }
  const params = { rows, width, count, through: 1, commitment }
  const { dz } = await runKernel(nearestCodeGrad, { ...given, dz: rows * width }, { ...params, accumulate: 0 })
  expectClose('dz', dz, wantDz, { ulps: 6, scale: 2 })
  const before = noise(rows * width, 4)
  const more = await runKernel(nearestCodeGrad, { ...given, dz: before }, { ...params, accumulate: 1 })
  expectClose(
    'dz on top',
    more.dz,
    wantDz.map((value, at) => value + before[at]!),
    { ulps: 8, scale: 3 },
  )

  const start = noise(count * width, 5)
  const wantCodes = reference.nearestCodeWeightGrad(clean, codes, index, width, share).map((value, at) => value + start[at]!)
  const buffers = { z, codes, index, share: given.share, dcodes: start }
  const { dcodes } = await runKernel(nearestCodeWeightGrad, buffers, { rows, width, count })
  expectClose('dcodes', dcodes, wantCodes, { ulps: 8, scale: 1 + 4 * share * rows })
}

describe('nearest_code', () => {
  it('has reference gradients that match finite differences where no row changes its code', () => {
    const [z, codes, lengths] = [noise(4 * 4, 6), noise(3 * 4, 7), Uint32Array.of(2, 1)]
    const shape = { length: 2, width: 4 }
    const { y, index } = reference.nearestCode(z, codes, lengths, shape)
    const sum = (at: Float64Array, book: Float64Array) =>
      reference.nearestCode(at, book, lengths, shape).distance.reduce((a, b) => a + b, 0)
    const still = new Float64Array(z.length)
    const dz = reference.nearestCodeGrad({ z, y, dy: still, index }, { width: 4, count: 3, commitment, share })
    expectGrad(
      'dz',
      dz,
      finiteDifference((at) => commitment * share * sum(at, codes), z),
    )
    const dcodes = reference.nearestCodeWeightGrad(z, codes, index, 4, share)
    expectGrad(
      'dcodes',
      dcodes,
      finiteDifference((book) => share * sum(z, book), codes),
    )
  })

  // Rows about a workgroup of 64; one code, more codes than rows.
  for (const sizes of [
    { batch: 1, length: 1, width: 4, count: 1 },
    { batch: 3, length: 21, width: 12, count: 7 },
    { batch: 1, length: 64, width: 8, count: 100 },
    { batch: 5, length: 13, width: 36, count: 256 },
  ]) {
    it(`matches the reference at [${sizes.batch}, ${sizes.length}, ${sizes.width}], ${sizes.count} codes`, () =>
      expectMatch(
        sizes,
        Uint32Array.from({ length: sizes.batch }, (_, b) => sizes.length - b),
      ))
  }

  it('never reads past a clip’s length', () => expectMatch({ batch: 3, length: 6, width: 8, count: 4 }, Uint32Array.of(6, 2, 0), true))

  it('takes the first of codes that are equally near', async () => {
    const codes = Float64Array.of(1, 0, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0)
    const buffers = { z: new Float64Array(4), codes, lengths: Uint32Array.of(9), y: 4, index: 1, distance: 1 }
    const { index, distance } = await runKernel(nearestCode, buffers, { batch: 1, length: 1, width: 4, count: 3 })
    expect([new Uint32Array(index.buffer)[0], distance[0]]).toEqual([0, 1])
  })
})
