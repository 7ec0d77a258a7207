import { crc32 as zlibCrc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { crc32, crc32c } from './crc.js'

const digits = new TextEncoder().encode('123456789')
const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * i * 37 + 11) & 255)

describe('crc32', () => {
  it('has the published check value', () => expect(crc32(digits)).toBe(0xcbf43926))

  it('agrees with zlib at every length and alignment up to 40', () => {
    for (let from = 0; from < 8; from++)
      for (let length = 0; length <= 40; length++) {
        const part = bytes.subarray(from, from + length)
        expect(crc32(part), `${length} bytes from ${from}`).toBe(zlibCrc32(part))
        expect(crc32(Buffer.from(bytes.buffer, from, length)), 'of a Buffer, whose slices are views').toBe(zlibCrc32(part))
      }
  })

  it('changes with every single bit', () => {
    const before = crc32(bytes)
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      expect(crc32(flipped)).not.toBe(before)
    }
  })
})

describe('crc32c', () => {
  it('has the published check values', () => {
    expect(crc32c(digits)).toBe(0xe3069283)
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
  })
})
