// The plain-loop twin of shaders/to_half.wgsl, in float64, and the rounding of linear_half's operands. Nothing here may be clever.

/** The nearest number that a half (IEEE binary16) holds, ties to the even one; from 65520 on infinity. x: a float32's value. */
export function nearestHalf(x: number): number {
  const size = Math.abs(x)
  if (Number.isNaN(x)) return Number.NaN
  if (size >= 65520) return Math.sign(x) * Infinity
  // 10 binary digits after the first one; below 2^-14 they stop at 2^-24.
  const step = 2 ** (Math.max(-14, Math.floor(Math.log2(size))) - 10)
  return Math.sign(x) * roundToEven(size / step) * step
}

/** The 16 bits of the nearest half. */
export function halfBits(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0
  const size = Math.abs(nearestHalf(x))
  if (Number.isNaN(size)) return sign | 0x7e00
  if (size === Infinity) return sign | 0x7c00
  if (size < 2 ** -14) return sign | (size / 2 ** -24)
  const exponent = Math.floor(Math.log2(size))
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024)
}

/** y = x as halves, two to a word, the earlier one in the low bits. */
export function toHalf(x: Float64Array): Uint32Array {
  return Uint32Array.from({ length: x.length / 2 }, (_, i) => (halfBits(x[2 * i]!) | (halfBits(x[2 * i + 1]!) << 16)) >>> 0)
}

function roundToEven(x: number): number {
  const below = Math.floor(x)
  if (x - below !== 0.5) return Math.round(x)
  return below % 2 === 0 ? below : below + 1
}
