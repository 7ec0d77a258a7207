import { describe, expect, it } from 'vitest'
import { classToken, classTokenGrad, classTokenWeightGrad } from '../src/kernels/class_token.js'
import * as reference from '../src/reference/class_token.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes of the way there (images · (1 + patches) · width / 4, workgroups of 64): few; one short, exactly one, one over; a prime in each of the
// three; and ViT-S/14 at 56 by 56.
const shapes = [
  { images: 1, patches: 1, width: 4 },
  { images: 3, patches: 6, width: 12 },
  { images: 4, patches: 3, width: 16 },
  { images: 5, patches: 12, width: 4 },
  { images: 2, patches: 256, width: 4 },
  { images: 1, patches: 2, width: 4 * 43 },
  { images: 3, patches: 16, width: 384 },
]

describe('class_token', () => {
  it('has reference gradients that match finite differences', () => {
    const [patches, width] = [3, 4]
    const [x, token, positions, dy] = [noise(24, 1), noise(4, 2), noise(16, 3), noise(32, 4)]
    const grads = reference.classTokenGrad(dy, patches, width)
    const at = (given: Partial<{ x: Float64Array; token: Float64Array; positions: Float64Array }>) =>
      dot(reference.classToken(given.x ?? x, given.token ?? token, given.positions ?? positions, patches), dy)
    expectGrad(
      'dx',
      grads.dx,
      finiteDifference((x) => at({ x }), x),
    )
    expectGrad(
      'dtoken',
      grads.dtoken,
      finiteDifference((token) => at({ token }), token),
    )
    expectGrad(
      'dpositions',
      grads.dpositions,
      finiteDifference((positions) => at({ positions }), positions),
    )
  })

  for (const { images, patches, width } of shapes) {
    it(`matches the reference, both ways, at [${images}, ${patches}, ${width}]`, async () => {
      const n = images * patches * width
      const tokens = patches + 1
      const x = noise(n, 5)
      const token = noise(width, 6)
      // Two rows more than there are places: those of a padded table, which nobody reads.
      const positions = noise((tokens + 2) * width, 7).fill(Number.NaN, tokens * width)
      const { y } = await runKernel(classToken, { x, token, positions, y: images * tokens * width }, { images, patches, width })
      expectClose('y', y, reference.classToken(x, token, positions, patches), { ulps: 1, scale: 2 })

      const dy = noise(images * tokens * width, 8)
      const want = reference.classTokenGrad(dy, patches, width)
      const { dx } = await runKernel(classTokenGrad, { dy, dx: n }, { images, patches, width, accumulate: 0 })
      expectClose('dx', dx, want.dx, { ulps: 0, scale: 1 })
      const there = noise(n, 9)
      const added = await runKernel(classTokenGrad, { dy, dx: there }, { images, patches, width, accumulate: 1 })
      expectClose(
        'dx added',
        added.dx,
        want.dx.map((v, i) => v + there[i]!),
        { ulps: 1, scale: 2 },
      )

      const [tokenWas, positionsWere] = [noise(width, 10), noise((tokens + 2) * width, 11)]
      const { dtoken, dpositions } = await runKernel(
        classTokenWeightGrad,
        { dy, dtoken: tokenWas, dpositions: positionsWere },
        { images, tokens, width },
      )
      // As many additions as images, of numbers below 1 each.
      const tolerance = { ulps: images + 1, scale: images }
      expectClose(
        'dtoken',
        dtoken,
        want.dtoken.map((v, i) => v + tokenWas[i]!),
        tolerance,
      )
      expectClose(
        'dpositions',
        dpositions,
        positionsWere.map((v, i) => v + (want.dpositions[i] ?? 0)),
        tolerance,
      )
      expect([...dpositions.subarray(tokens * width)]).toEqual([...positionsWere.subarray(tokens * width)])
    })
  }
})
