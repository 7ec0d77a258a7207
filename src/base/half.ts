// IEEE half precision (binary16: a sign bit, 5 of exponent, 10 of fraction), as bits: JavaScript has no such numbers before Node 24.

import { fromHalvesInto } from './half_numbers.js'

export { halfToNumber } from './half_numbers.js'

/** The largest finite one. */
export const MAX_HALF = 65504

/** Float32 numbers as the bits of the nearest halves, ties to the even one; from 65520 on infinity. */
export function toHalves(numbers: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)
  const halves = new Uint16Array(bits.length)
  for (let i = 0; i < bits.length; i++) halves[i] = nearestHalf(bits[i]!)
  return halves
}

/** The numbers that halves stand for. */
export function fromHalves(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(bits.length)
  fromHalvesInto(numbers, bits)
  return numbers
}

/** From the bits of a float32. */
function nearestHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 0xff) - 127
  const fraction = bits & 0x7fffff
  if (exponent === 128) return sign | 0x7c00 | (fraction ? 0x200 : 0)
  if (exponent > 15) return sign | 0x7c00
  if (exponent < -25) return sign
  // Below 2^-14 halves have no implicit leading 1, and their digits stop at 2^-24. What rounds up past a fraction's end belongs to the exponent.
  const subnormal = exponent < -14
  const digits = subnormal ? fraction | 0x800000 : fraction
  const dropped = subnormal ? -1 - exponent : 13
  const kept = (digits >>> dropped) | (subnormal ? 0 : (exponent + 15) << 10)
  const rest = digits & ((1 << dropped) - 1)
  const tie = 1 << (dropped - 1)
  return sign | (rest > tie || (rest === tie && kept & 1) ? kept + 1 : kept)
}
