import { describe, expect, it } from 'vitest'
import { nextToken } from '../src/kernels/next_token.js'
import * as reference from '../src/reference/next_token.js'
import { noise, runKernel } from './harness.js'

const END = 3

async function step(
  state: reference.TokenState,
  logits: Float64Array,
  size: { batch: number; classes: number; stride: number; capacity: number },
) {
  const out = await runKernel(nextToken, { logits, ...state }, { ...size, end: END })
  const ids = (name: 'lengths' | 'done' | 'input' | 'tokens') => new Uint32Array(out[name].buffer)
  return { lengths: ids('lengths'), done: ids('done'), input: ids('input'), tokens: ids('tokens') }
}

const fresh = (batch: number, capacity: number): reference.TokenState => ({
  lengths: new Uint32Array(batch),
  done: new Uint32Array(batch),
  input: new Uint32Array(batch).fill(2),
  tokens: new Uint32Array(batch * capacity),
})

describe('next_token', () => {
  // One lane a sample, eight a workgroup.
  for (const size of [
    { batch: 1, classes: 5, stride: 8, capacity: 1 },
    { batch: 7, classes: 6, stride: 8, capacity: 4 },
    { batch: 9, classes: 33, stride: 36, capacity: 3 },
  ]) {
    it(`matches the reference over four steps at ${Object.values(size).join('×')}`, async () => {
      let [got, want] = [fresh(size.batch, size.capacity), fresh(size.batch, size.capacity)]
      for (let k = 0; k < 4; k++) {
        const logits = noise(size.batch * size.stride, 10 + k).map((x, i) => (i % size.stride < size.classes ? x : 100))
        got = await step(got, logits, size)
        want = reference.nextToken(want, logits, { ...size, end: END })
        expect(got).toEqual(want)
      }
    })
  }

  it('takes the first of equals, never a NaN, and stops at the end token', async () => {
    const size = { batch: 3, classes: 4, stride: 4, capacity: 5 }
    const logits = Float64Array.of(1, 7, 7, 0, Number.NaN, -5, -1, -9, 0, 0, 0, 1)
    const { tokens, done, lengths, input } = await step(fresh(3, 5), logits, size)
    expect([tokens[0], tokens[5], tokens[10]]).toEqual([1, 2, END])
    expect([[...done], [...lengths], [...input]]).toEqual([
      [0, 0, 1],
      [1, 1, 1],
      [1, 2, END],
    ])
  })
})
