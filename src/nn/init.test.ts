import { expect, it } from 'vitest'
import { presets } from '../model/config.js'
import { glossParameterSpecs, parameterSpecs } from '../model/parameters.js'
import { specialId } from '../text/vocabulary.js'
import { type Init, initialTensors, ones, uniformFanIn, xavierUniform, zeros } from './init.js'

const initial = (init: Init, shape: readonly number[], name = 'w', seed = 5) =>
  initialTensors([{ name, shape, init }], seed).get(name)!.data

it('begins with zeros and ones', () => {
  expect([...initial(zeros, [3])]).toEqual([0, 0, 0])
  expect([...initial(ones, [3])]).toEqual([1, 1, 1])
  expect([...initial({ kind: 'rows', values: [0, 1] }, [2, 3])]).toEqual([0, 0, 0, 1, 1, 1])
})

it('draws uniformly within the bound of the fans, a receptive field counted in both', () => {
  for (const [shape, fans] of [
    [[40, 60], 100],
    [[40, 60, 3, 3], 900],
  ] as const) {
    const data = initial(xavierUniform, shape)
    const bound = Math.sqrt(6 / fans)
    const largest = Math.max(...data.map(Math.abs))
    expect(largest).toBeLessThanOrEqual(Math.fround(bound))
    expect(largest).toBeGreaterThan(0.99 * bound)
    // The variance of a uniform distribution is a third of its bound's square.
    expect(data.reduce((sum, value) => sum + value * value, 0) / data.length / (bound ** 2 / 3)).toBeCloseTo(1, 1)
  }
})

it('draws uniformly within a bound that is told', () => {
  const data = initial({ kind: 'uniform', bound: 0.25, zeroRow: 0 }, [2, 1000])
  const largest = Math.max(...data.map(Math.abs))
  expect(largest).toBeLessThanOrEqual(0.25)
  expect(largest).toBeGreaterThan(0.24)
  expect(data.subarray(0, 1000).every((value) => value === 0)).toBe(true)
})

it('draws normally, with the deviation asked for', () => {
  const data = initial({ kind: 'normal', deviation: 0.02 }, [100, 100])
  const inside = data.filter((value) => Math.abs(value) < 0.02).length / data.length
  expect(inside).toBeCloseTo(0.683, 1)
  expect(Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length)).toBeCloseTo(0.02, 3)
})

it('draws by seed and name, and leaves the other rows as they are without the row of zeros', () => {
  expect(initial(xavierUniform, [4, 4])).toEqual(initial(xavierUniform, [4, 4]))
  expect(initial(xavierUniform, [4, 4])).not.toEqual(initial(xavierUniform, [4, 4], 'w', 6))
  expect(initial(xavierUniform, [4, 4])).not.toEqual(initial(xavierUniform, [4, 4], 'v'))
  const whole = initial(xavierUniform, [4, 2, 2])
  const cut = initial({ ...xavierUniform, zeroRow: 1 } as Init, [4, 2, 2])
  expect([...cut]).toEqual([...whole].map((value, i) => (i >= 4 && i < 8 ? 0 : value)))
})

it('gives the padding token of both tasks a row of zeros, by data and not by name', () => {
  const sizes = { ...presets.tiny, width: 8, hidden: 8 }
  for (const specs of [parameterSpecs(sizes, 6), glossParameterSpecs(sizes, 6, 6)]) {
    const table = initialTensors(specs, 1).get('tokens/table')!.data
    const padding = table.subarray(8 * specialId.padding, 8 * (specialId.padding + 1))
    expect([...padding]).toEqual(new Array(8).fill(0))
    expect(table.filter((value) => value === 0)).toHaveLength(8)
  }
  expect(initial(xavierUniform, [6, 8], 'tokens/table').every((value) => value !== 0)).toBe(true)
})

it('draws what PyTorch gives linear layers by default', () => {
  const data = initial(uniformFanIn(64), [100, 64])
  const largest = Math.max(...data.map(Math.abs))
  expect(largest).toBeLessThanOrEqual(1 / 8)
  expect(largest).toBeGreaterThan(0.99 / 8)
})
