import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { placeRows, placeRowsGrad } from '../src/kernels/place_rows.js'
import * as reference from '../src/reference/place_rows.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes of the way there (images · width / 4, workgroups of 64): one; one short, exactly one, one over; a prime; frames of ViT-S/14.
const shapes = [
  { images: 1, tokens: 1, width: 4, room: 1 },
  { images: 7, tokens: 3, width: 36, room: 9 },
  { images: 8, tokens: 2, width: 32, room: 8 },
  { images: 13, tokens: 5, width: 20, room: 20 },
  { images: 257, tokens: 2, width: 4, room: 300 },
  { images: 6, tokens: 17, width: 384, room: 8 },
]

/** Rows of `room`, none twice, in no order; the last image is padding. */
function somePlaces(images: number, room: number): Uint32Array {
  const all = new Random(images).shuffled(Array.from({ length: room }, (_, place) => place))
  return Uint32Array.from({ length: images }, (_, i) => (images > 1 && i === images - 1 ? 0xffffffff : all[i]!))
}

describe('place_rows', () => {
  it('has a reference gradient that matches finite differences', () => {
    const places = Uint32Array.of(3, 9, 0)
    const [x, y, dy] = [noise(24, 1), noise(16, 2), noise(16, 3)]
    const differences = finiteDifference((at) => dot(reference.placeRows(at, places, y, 2, 4), dy), x)
    expectGrad('dx', reference.placeRowsGrad(dy, places, 2, 4), differences)
  })

  for (const { images, tokens, width, room } of shapes) {
    it(`matches the reference, both ways, at [${images}, ${tokens}, ${width}] in ${room} rows`, async () => {
      const places = somePlaces(images, room)
      const params = { images, tokens, width, first: 2, room }
      const behind = Uint32Array.of(0, 0, ...places)
      const x = noise(images * tokens * width, 4)
      const there = noise(room * width, 5)
      const { y } = await runKernel(placeRows, { x, places: behind, y: there }, params)
      expectClose('y', y, reference.placeRows(x, places, there, tokens, width), { ulps: 0, scale: 1 })

      const dy = noise(room * width, 6)
      const want = reference.placeRowsGrad(dy, places, tokens, width)
      const { dx } = await runKernel(placeRowsGrad, { dy, places: behind, dx: x.length }, { ...params, accumulate: 0 })
      expectClose('dx', dx, want, { ulps: 0, scale: 1 })
      const added = await runKernel(placeRowsGrad, { dy, places: behind, dx: x }, { ...params, accumulate: 1 })
      expectClose(
        'dx added',
        added.dx,
        want.map((v, i) => v + x[i]!),
        { ulps: 1, scale: 2 },
      )
    })
  }

  it('never lets images that are padding in, nor rows but the first', async () => {
    const x = noise(24, 7)
    x.fill(Number.NaN, 4, 8).fill(Number.NaN, 16, 24)
    const places = Uint32Array.of(1, 0, 2)
    const { y } = await runKernel(placeRows, { x, places, y: new Float64Array(8) }, { images: 3, tokens: 2, width: 4, first: 0, room: 2 })
    expect([...y].every(Number.isFinite)).toBe(true)
  })
})
