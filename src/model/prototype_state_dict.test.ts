import { describe, expect, it } from 'vitest'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { initialTensors } from '../nn/init.js'
import { presenceGoals, prototypeSpecs, scoreColumns } from '../nn/prototypes.js'
import { prototypeSizes, prototypeTensors } from './prototype_state_dict.js'

const counted = (...shape: number[]): HostTensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((all, n) => all * n, 1) }, (_, i) => i + 1),
})

/** A head of 3 classes, vectors of 2 numbers and tokens of 4; `changed` replaces tensors, undefined takes one away. */
function released(changed: Record<string, HostTensor | undefined> = {}): HostTensors {
  const all = {
    'fc_hidden.weight': counted(2, 4),
    'fc_hidden.bias': counted(2),
    vocab_embedding: counted(2, 3, 1),
    zero_embedding: { shape: [2, 1, 1], data: new Float32Array(2) },
    class_temperature: { shape: [1], data: Float32Array.of(0.25) },
    time_temperature: { shape: [], data: Float32Array.of(0.5) },
    ...changed,
  }
  const named = Object.entries(all).flatMap(([name, tensor]) => (tensor ? [[`post_model.${name}`, tensor] as const] : []))
  return new Map([...named, ['sign_model.lin.weight', counted(1)]])
}

const taken = (theirs: HostTensors) => prototypeTensors(theirs, { name: 'prototypes', who: 'stage1.pt' })

describe('prototypeTensors', () => {
  it('gives each class its row, the zero class the last one, and both temperatures one place', () => {
    const tensors = taken(released())
    expect([...tensors.keys()]).toEqual(prototypeSpecs('prototypes', { width: 4, vectorWidth: 2, classes: 3 }, ALL).map(({ name }) => name))
    expect(tensors.get('prototypes/vectors')!.shape).toEqual([4, 2])
    expect([...tensors.get('prototypes/vectors')!.data]).toEqual([1, 4, 2, 5, 3, 6, 0, 0])
    expect([...tensors.get('prototypes/temperatures')!.data]).toEqual([0.25, 0.5])
    expect(prototypeSizes(tensors, 'prototypes')).toEqual({ width: 4, vectorWidth: 2, classes: 3 })
  })

  it.each([
    ['without a tensor', { 'fc_hidden.bias': undefined }, "'post_model.fc_hidden.bias' as [2], got none"],
    ['of another shape', { vocab_embedding: counted(3, 3, 1) }, "'post_model.vocab_embedding' as [2, classes, 1], got [3, 3, 1]"],
    ['with two numbers for a temperature', { class_temperature: counted(2) }, "'post_model.class_temperature' as one number, got [2]"],
    ['with a tensor of another head', { fc_out: counted(1) }, "got 'post_model.fc_out' too"],
    ['with a zero class of numbers', { zero_embedding: counted(2, 1, 1) }, "wanted zeros in 'post_model.zero_embedding'"],
  ])('refuses a state dict %s', (_, changed, problem) => {
    expect(() => taken(released(changed))).toThrow(problem)
    expect(() => taken(released(changed))).toThrow(expect.objectContaining({ code: 'ERR_CHECKPOINT' }))
  })
})

const ALL = { vectors: true, temperatures: true }

describe('a prototype head', () => {
  const specs = prototypeSpecs('head', { width: 16, vectorWidth: 300, classes: 5 }, { vectors: false, temperatures: true })

  it('begins as the released one: PyTorch’s linear layer, a class of zeros, temperatures of 0.1', () => {
    const tensors = initialTensors(specs, 3)
    for (const part of ['weight', 'bias']) {
      const largest = Math.max(...tensors.get(`head/hidden/${part}`)!.data.map(Math.abs))
      expect(largest).toBeLessThanOrEqual(0.25)
      expect(largest).toBeGreaterThan(0.24)
    }
    const vectors = tensors.get('head/vectors')!.data
    expect(vectors.subarray(5 * 300).every((v) => v === 0)).toBe(true)
    expect(vectors.filter((v) => v === 0)).toHaveLength(300)
    expect([...tensors.get('head/temperatures')!.data]).toEqual([0.1, 0.1].map(Math.fround))
  })

  it('trains vectors and temperatures as told', () => {
    expect(specs.filter(({ trainable = true }) => !trainable).map(({ name }) => name)).toEqual(['head/vectors'])
  })

  it('wants each class of a clip once, and nothing of the zero class', () => {
    expect(scoreColumns(3)).toBe(4)
    expect(scoreColumns(4)).toBe(8)
    const { goal, coefficient } = presenceGoals([[0, 2, 2], []], { classes: 3, weight: 10, whole: 4 })
    expect([...goal]).toEqual([1, 0, 1, 0, 0, 0, 0, 0])
    expect([...coefficient]).toEqual([10 / 12, 10 / 12].map(Math.fround))
  })
})
