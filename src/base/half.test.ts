import { expect, it } from 'vitest'
import { halfBits } from '../reference/to_half.js'
import { fromHalves, halfToNumber, toHalves } from './half.js'

const all = Array.from({ length: 0x10000 }, (_, bits) => bits)
const isNumber = (bits: number) => !Number.isNaN(halfToNumber(bits))

it('takes every half back to its bits', () => {
  const bits = all.filter(isNumber)
  expect([...toHalves(Float32Array.from(bits, halfToNumber))]).toEqual(bits)
})

it('rounds what lies between two halves as the reference does, ties and overflow too', () => {
  const below = all.slice(0, 0x7c00).map(halfToNumber)
  const between = below.flatMap((low, i) => {
    const high = i + 1 < below.length ? below[i + 1]! : 65536
    return [0.25, 0.5, 0.75].flatMap((share) => [low + share * (high - low), -low - share * (high - low)])
  })
  const numbers = Float32Array.from([...between, 2 ** -25, 2 ** -25 * 1.01, 2 ** -26, 1e-40, 0, -0, 65519, 65520, 3e38, -3e38, Infinity])
  expect([...toHalves(numbers)]).toEqual([...numbers].map(halfBits))
})

it('keeps what is no number one', () => {
  expect(halfToNumber(toHalves(Float32Array.of(Number.NaN))[0]!)).toBeNaN()
})

it('are all read as one by one, however many', () => {
  const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i)
  expect(fromHalves(bits)).toEqual(Float32Array.from(bits, halfToNumber))
})
