import { describe, expect, it } from 'vitest'
import { beamStep } from '../src/kernels/beam_step.js'
import * as reference from '../src/reference/beam_step.js'
import { expectClose, noise, runKernel } from './harness.js'

const END = 3
type Shape = Omit<reference.BeamShape, 'end'>

const fresh = ({ batch, beams, capacity }: Shape): reference.BeamState => ({
  scores: Float64Array.from({ length: batch * beams }, (_, r) => (r % beams === 0 ? 0 : -1e30)),
  finished: new Uint32Array(batch * beams),
  input: new Uint32Array(batch * beams).fill(2),
  trail: new Uint32Array(batch * capacity * beams * 2),
  lengths: new Uint32Array(batch * beams),
  done: new Uint32Array(batch),
})

async function step(state: reference.BeamState, logits: Float64Array, shape: Shape) {
  const out = await runKernel(beamStep, { logits, ...state, parent: state.lengths.length }, { ...shape, end: END })
  const ids = (name: 'finished' | 'input' | 'trail' | 'lengths' | 'done' | 'parent') => new Uint32Array(out[name].buffer)
  return {
    scores: out.scores,
    finished: ids('finished'),
    input: ids('input'),
    trail: ids('trail'),
    lengths: ids('lengths'),
    done: ids('done'),
    parent: ids('parent'),
  }
}

describe('beam_step', () => {
  // One lane a sample, eight a workgroup; a single beam; more beams than classes; the most there may be.
  for (const shape of [
    { batch: 1, beams: 1, classes: 5, stride: 8, capacity: 3 },
    { batch: 9, beams: 3, classes: 7, stride: 8, capacity: 4 },
    { batch: 2, beams: 6, classes: 4, stride: 4, capacity: 4 },
    { batch: 3, beams: 16, classes: 33, stride: 36, capacity: 5 },
  ]) {
    it(`matches the reference over five steps at ${Object.values(shape).join('×')}`, async () => {
      let want: reference.BeamState = fresh(shape)
      for (let k = 0; k < 5; k++) {
        const { batch, beams, classes, stride } = shape
        const logits = noise(batch * beams * stride, 20 + k, 3).map((x, i) => (i % stride < classes ? x : 100))
        const before = { ...want, scores: want.scores.map(Math.fround) }
        const after = reference.beamStep(before, logits, { ...shape, end: END })
        const { scores, ...got } = await step(before, logits, shape)
        const { scores: wanted, ...rest } = after
        expect(got).toEqual(rest)
        const live = (_: number, r: number) => wanted[r]! > -1e29
        // A logSumExp of a few dozen terms, and two sums of numbers up to some twenty.
        expectClose('scores', scores.filter(live), wanted.filter(live), { ulps: 16, scale: 32 })
        want = after
      }
      expect([...want.done].every((count) => count > 0)).toBe(true)
    })
  }

  it('keeps finished beams as they are, beside those that go on', async () => {
    const shape = { batch: 1, beams: 2, classes: 4, stride: 4, capacity: 9 }
    const state = { ...fresh(shape), scores: Float64Array.of(-1, -2), finished: Uint32Array.of(2, 0), lengths: Uint32Array.of(4, 4) }
    const { scores, finished, input, parent, lengths, done } = await step(state, Float64Array.of(9, 9, 9, 9, 0, 50, 0, 0), shape)
    expect([...scores]).toEqual([-1, -2])
    expect([[...finished], [...input], [...parent], [...lengths], [...done]]).toEqual([[2, 0], [END, 1], [0, 1], [5, 5], [0]])
  })
})
