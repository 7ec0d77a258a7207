// What 16 bits of IEEE half precision stand for (half.ts is the other way round too). JavaScript, since threads run it as it lies, in the sources too.

/**
 * The number that 16 bits stand for.
 *
 * @param {number} bits
 */
export function halfToNumber(bits) {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/**
 * What each of the 65536 halves stands for, once somebody asked.
 *
 * @type {Float32Array | undefined}
 */
let allHalves

/**
 * The numbers that halves stand for. A loop: `from` with a function makes a list of them first, for which those of a large table are too many.
 *
 * @param {Float32Array} numbers filled
 * @param {Uint16Array} bits as many
 */
export function fromHalvesInto(numbers, bits) {
  allHalves ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => halfToNumber(half))
  for (let i = 0; i < bits.length; i++) numbers[i] = /** @type {number} */ (allHalves[/** @type {number} */ (bits[i])])
}
