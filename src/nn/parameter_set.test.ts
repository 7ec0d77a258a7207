import { describe, expect, it } from 'vitest'
import { lentGpu, noise } from '../../kernels-test/harness.js'
import { elements } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { nearestHalf } from '../reference/to_half.js'
import { recordUpdate } from '../train/update.js'
import type { HostTensor } from './host_tensor.js'
import { xavierUniform, zeros } from './init.js'
import { ParameterSet, type ParameterSetOptions } from './parameter_set.js'
import { type ParameterSpec, trainedNumbers } from './parameter_spec.js'

const matrix = (name: string, shape: readonly number[], more: Partial<ParameterSpec> = {}): ParameterSpec => ({
  name,
  shape,
  init: xavierUniform,
  ...more,
})
const vector = (name: string, length: number, more: Partial<ParameterSpec> = {}): ParameterSpec => ({
  name,
  shape: [length],
  init: zeros,
  ...more,
})

const trained = [
  matrix('a', [6, 30]),
  vector('a/bias', 6),
  matrix('q', [8, 16]),
  matrix('k', [8, 16], { follows: true }),
  vector('q/bias', 8),
]
const more = [vector('k/bias', 8, { follows: true }), matrix('conv', [2, 3, 5]), matrix('b', [20, 20])]
const specs = [...trained, ...more]
const frozen = { trainable: false } as const
const tower = [matrix('tower', [10, 12], frozen), vector('tower/bias', 10, frozen), matrix('stored', [10, 12], { ...frozen, dtype: 'f16' })]

const tensorsOf = (specs: readonly ParameterSpec[], seed = 1): Map<string, HostTensor> =>
  new Map(specs.map(({ name, shape }, i) => [name, { shape, data: Float32Array.from(noise(elements(shape), seed + i)) }]))
const make = async (specs: readonly ParameterSpec[], options: Partial<ParameterSetOptions> = {}) =>
  new ParameterSet(await lentGpu(), specs, { training: true, ...options })

describe('a parameter set', () => {
  it.each([
    ['one buffer', Infinity],
    ['several', 2048],
  ])('keeps what is loaded, whatever its rank, in %s', async (_, maxBytes) => {
    const set = await make(specs, { maxBytes })
    const tensors = tensorsOf(specs)
    set.load(tensors, 'test')
    if (maxBytes === Infinity) expect(set.values.buffers).toHaveLength(1)
    else expect(set.values.buffers.length).toBeGreaterThan(2)
    for (const { size } of set.values.buffers) expect(size).toBeLessThanOrEqual(maxBytes)
    const saved = await set.save()
    expect(saved).toEqual(tensors)
    expect([...saved.keys()]).toEqual(specs.map(({ name }) => name))
    set.destroy()
  })

  it('keeps those that follow one another together, in every store', async () => {
    const set = await make(specs, { maxBytes: 2048, precision: 'f16' })
    const { value, grad, half } = set.joined(['q', 'k'])
    expect([value.shape, grad!.shape, half!.shape]).toEqual([
      [16, 16],
      [16, 16],
      [16, 16],
    ])
    expect(set.joined(['q/bias', 'k/bias']).value.shape).toEqual([16])
    expect(() => set.joined(['q', 'b'])).toThrow('a gap before it')
    set.destroy()
  })

  it('gives gradients, moments and halves to what is trained alone', async () => {
    const set = await make([...specs, ...tower], { precision: 'f16' })
    for (const { name } of tower) {
      expect(Object.keys(set.get(name))).toEqual(['name', 'value'])
      for (const store of [set.grads!, set.first!, set.second!]) expect((await set.save(store)).has(name)).toBe(false)
    }
    const alone = await make(specs, { precision: 'f16' })
    const bytes = (one: ParameterSet) =>
      [one.grads!, one.first!, one.second!, one.halves!].map(({ buffers }) => buffers.reduce((sum, { size }) => sum + size, 0))
    expect(bytes(set)).toEqual(bytes(alone))
    expect(set.get('tower').value.dtype).toBe('f32')
    expect(set.get('stored').value.dtype).toBe('f16')
    set.destroy()
    alone.destroy()
  })

  it('stores what is frozen as f16 rounded to halves, in half the memory', async () => {
    for (const training of [true, false]) {
      const set = await make(tower, { training })
      const tensors = tensorsOf(tower)
      set.load(tensors, 'test')
      const saved = await set.save()
      expect(saved.get('tower')).toEqual(tensors.get('tower'))
      expect([...saved.get('stored')!.data]).toEqual([...tensors.get('stored')!.data].map(nearestHalf))
      expect(set.get('stored').value.region!.bytes).toBe(2 * 12 * 12)
      set.destroy()
    }
  })

  it('saves and loads moments of what is trained, and refuses others', async () => {
    const set = await make([...specs, ...tower])
    const moments = tensorsOf(specs, 9)
    set.load(moments, 'test', set.first)
    expect(await set.save(set.first)).toEqual(moments)
    expect(() => set.load(tensorsOf([...specs, ...tower]), 'test', set.first)).toThrow("wanted only this model's tensors, got 'tower' too")
    set.destroy()
  })

  it('refuses what cannot be loaded before anything is written', async () => {
    const set = await make([...specs, ...tower])
    const good = tensorsOf([...specs, ...tower])
    set.load(good, 'test')
    const before = await set.save()
    const changed = (name: string, tensor: HostTensor | undefined) => {
      const tensors = new Map([...tensorsOf([...specs, ...tower], 50), ...(tensor ? [[name, tensor] as const] : [])])
      if (!tensor) tensors.delete(name)
      return () => set.load(tensors, 'test')
    }
    const with70000 = Float32Array.from({ length: 120 }, (_, i) => (i === 13 ? 70000 : 0))
    expect(changed('b', undefined)).toThrow("wanted tensor 'b', got none")
    expect(changed('c', { shape: [1], data: new Float32Array(1) })).toThrow("got 'c' too")
    expect(changed('b', { shape: [400], data: new Float32Array(400) })).toThrow("wanted 'b' as [20, 20], got [400]")
    expect(changed('conv', { shape: [2, 3, 5], data: new Float32Array(30).fill(Number.NaN) })).toThrow('got NaN at [0, 0, 0]')
    expect(changed('stored', { shape: [10, 12], data: with70000 })).toThrow(
      "numbers in 'stored' that f16 holds, up to ±65504, got 70000 at [1, 1]",
    )
    expect(await set.save()).toEqual(before)
    set.destroy()
  })

  it('refuses a parameter that no binding holds, by name', async () => {
    await expect(make(specs, { maxBytes: 1024 })).rejects.toMatchObject({
      code: 'ERR_DEVICE',
      message: expect.stringMatching(/^b: wanted \[20, 20\] of \d+ bytes in one binding, got a limit of 1024\./),
    })
  })

  it('refuses lists that make no sense', async () => {
    await expect(make([matrix('a', [4, 4], { dtype: 'f16' })])).rejects.toThrow('bug: a: a parameter that is trained is stored as f32')
    await expect(make([vector('a', 4), matrix('b', [4, 4], { follows: true })])).rejects.toThrow(
      'bug: b: it follows a parameter that is not there',
    )
    const half = [matrix('a', [4, 4]), matrix('b', [4, 4], { ...frozen, follows: true })]
    await expect(make(half)).rejects.toThrow('bug: b: taken as one with a, it must be frozen with it')
    const set = await make(tower)
    expect(() => set.ranges).toThrow('nothing to train')
    set.destroy()
  })
})

it('counts the numbers that are trained, and neither what is frozen nor running statistics', () => {
  const counted = [matrix('a', [3, 5]), vector('a/bias', 3)]
  expect(trainedNumbers([...counted, ...tower, matrix('a/running', [2, 5], { ...frozen, running: true })])).toBe(18)
})

describe('the optimiser’s ranges', () => {
  it('are one for each buffer, matrices before vectors', async () => {
    const set = await make([...specs, ...tower], { maxBytes: 2048, precision: 'f16' })
    const { ranges } = set
    expect(ranges.map(({ value }) => value.region!.buffer)).toEqual(set.values.buffers.slice(0, ranges.length))
    expect(ranges.length).toBeGreaterThan(1)
    for (const { name, shape } of specs) {
      const { buffer, offset } = set.get(name).value.region!
      const range = ranges.find(({ value }) => value.region!.buffer === buffer)!
      expect(offset / 4 < range.matrixNumbers, name).toBe(shape.length > 1)
      expect(set.get(name).half?.region?.offset, name).toBe(shape.length > 1 ? offset / 2 : undefined)
    }
    set.destroy()
  })

  it('tell weights of layers from tables, and both from vectors', async () => {
    const mixed = [matrix('table', [3, 5], { table: true }), matrix('a', [3, 5]), vector('a/bias', 3), matrix('b', [4, 4])]
    const set = await make(mixed)
    const rate = 0.5
    const decays = async (decayed: 'weights' | 'matrices' | 'all') => {
      set.load(tensorsOf(mixed), 'test')
      const recorder = new Recorder()
      const hyper = recorder.feed('hyper', [8])
      recordUpdate(recorder, set, hyper, { clip: 0, optimiser: { kind: 'adamw', weightDecay: 0.5, decayed } })
      await using program = await Program.build(await lentGpu(), recorder)
      program.write(hyper, Float32Array.of(rate, 0.9, 0.999, 1e-8, 0.1, 0.001, 0, 0))
      await program.run({ clear: set.grads!.buffers })
      const before = tensorsOf(mixed)
      return [...(await set.save())]
        .filter(([name, { data }]) => data.some((v, i) => v !== before.get(name)!.data[i]))
        .map(([name]) => name)
    }
    expect(await decays('weights')).toEqual(['a', 'b'])
    expect(await decays('matrices')).toEqual(['table', 'a', 'b'])
    expect(await decays('all')).toEqual(['table', 'a', 'a/bias', 'b'])
    set.destroy()
  })

  it('clips each number before the norm is taken', async () => {
    const one = [matrix('a', [4, 4])]
    const set = await make(one)
    const gradient = Float32Array.from({ length: 16 }, (_, i) => (i - 8) / 4)
    set.load(new Map([['a', { shape: [4, 4], data: gradient }]]), 'test', set.grads)
    const recorder = new Recorder()
    const hyper = recorder.feed('hyper', [8])
    const options = { clip: 1, optimiser: { kind: 'adamw', weightDecay: 0, clipElements: 0.5 } } as const
    recorder.report(recordUpdate(recorder, set, hyper, options))
    await using program = await Program.build(await lentGpu(), recorder)
    const [clip] = await program.run()
    const norm = Math.sqrt(gradient.reduce((sum, v) => sum + Math.min(0.5, Math.abs(v)) ** 2, 0))
    expect(new Float32Array(clip!)[0]).toBeCloseTo(norm, 5)
    expect(new Float32Array(clip!)[1]).toBeCloseTo(1 / (norm + 1e-6), 5)
    set.destroy()
  })

  it('give the same update in several buffers as in one, and leave what is frozen alone', async () => {
    const all = [...specs, ...tower]
    const updated = async (maxBytes: number) => {
      const set = await make(all, { maxBytes })
      set.load(tensorsOf(all), 'test')
      set.load(tensorsOf(specs, 70), 'test', set.grads)
      const recorder = new Recorder()
      const hyper = recorder.feed('hyper', [8])
      recorder.report(recordUpdate(recorder, set, hyper, { clip: 0, optimiser: { kind: 'adamw', weightDecay: 0.1 } }))
      await using program = await Program.build(await lentGpu(), recorder)
      program.write(hyper, Float32Array.of(1e-2, 0.9, 0.999, 1e-8, 0.1, 0.001, 0, 0))
      const [clip] = await program.run()
      const result = { values: await set.save(), first: await set.save(set.first), second: await set.save(set.second) }
      set.destroy()
      return { result, norm: new Float32Array(clip!)[0]! }
    }
    const [one, several] = [await updated(Infinity), await updated(2048)]
    expect(several.result).toEqual(one.result)
    const grads = [...tensorsOf(specs, 70).values()].flatMap(({ data }) => [...data])
    const norm = Math.sqrt(grads.reduce((sum, value) => sum + value * value, 0))
    for (const got of [one.norm, several.norm]) expect(Math.abs(got - norm)).toBeLessThan(32 * 2 ** -24 * norm)
    const before = tensorsOf(all)
    expect(one.result.values.get('tower')).toEqual(before.get('tower'))
    expect(one.result.values.get('conv')).not.toEqual(before.get('conv'))
  })
})
