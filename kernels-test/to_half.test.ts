import { describe, expect, it } from 'vitest'
import { asFloat32 } from '../src/formats/safetensors/float.js'
import { toHalf } from '../src/kernels/to_half.js'
import * as reference from '../src/reference/to_half.js'
import { noise, runKernel } from './harness.js'

async function bitsOf(x: Float64Array): Promise<number[]> {
  const { y } = await runKernel(toHalf, { x, y: x.length / 2 }, { n: x.length })
  return [...new Uint16Array(y.buffer)]
}

/** The value of a half, by the reader of safetensors files, which shares nothing with the reference. */
const numberOf = (bits: number): number => asFloat32({ dtype: 'F16', shape: [1], data: Uint16Array.of(bits) })[0]!

/** Every half from 0 to the largest. */
const positive = Array.from({ length: 0x7c00 }, (_, bits) => bits)

describe('to_half', () => {
  it('has a reference that gives back every half', () => {
    expect(positive.map((bits) => reference.halfBits(numberOf(bits)))).toEqual(positive)
  })

  it('has a reference that rounds to the nearer neighbour, and between two to the even one', () => {
    const pairs = positive.slice(0, -1).map((bits) => [bits, numberOf(bits), numberOf(bits + 1)] as const)
    const got = pairs.flatMap(([, low, high]) => [0.25, 0.5, 0.75].map((share) => reference.halfBits(low + share * (high - low))))
    expect(got).toEqual(pairs.flatMap(([bits]) => [bits, bits % 2 === 0 ? bits : bits + 1, bits + 1]))
  })

  for (const n of [4, 1020, 1024, 1028, 4 * 1031]) {
    it(`matches the reference to the bit at [${n}]`, async () => {
      const x = noise(n, n, 4)
      expect(await bitsOf(x)).toEqual(Array.from(x, reference.halfBits))
    })
  }

  it('gives every half back, and rounds half way to the even one', async () => {
    const x = Float64Array.from(positive.slice(0, -1).flatMap((bits) => [numberOf(bits), (numberOf(bits) + numberOf(bits + 1)) / 2])).slice(
      2,
    )
    const wanted = Array.from(x, reference.halfBits)
    expect(await bitsOf(x)).toEqual(wanted)
    expect(await bitsOf(x.map((v) => -v))).toEqual(wanted.map((bits) => bits | 0x8000))
  })

  it('knows infinity, and what is none', async () => {
    const x = Float64Array.of(65504, 65519.99609375, 65520, 1e30, -65520, Infinity, -Infinity, Number.NaN)
    expect(await bitsOf(x)).toEqual([0x7bff, 0x7bff, 0x7c00, 0x7c00, 0xfc00, 0x7c00, 0xfc00, 0x7e00])
  })
})
