// A GIF read back, for tests of what writes them.

import { expect } from 'vitest'

/** What a GIF says. */
export interface Gif {
  width: number
  height: number
  palette: Uint8Array
  repeats: boolean
  /** Hundredths of a second. */
  delays: number[]
  /** One palette entry a pixel. */
  frames: number[][]
}

/** A reader for what we write: whole frames, one colour table. */
export function decodeGif(file: Uint8Array): Gif {
  const bytes = Buffer.from(file)
  expect(bytes.toString('latin1', 0, 6)).toBe('GIF89a')
  const palette = bytes.subarray(13, 13 + 3 * (2 << (bytes[10]! & 7)))
  const gif: Gif = { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8), palette, repeats: false, delays: [], frames: [] }
  let at = 13 + palette.length
  const blocks = (): Buffer => {
    const parts: Buffer[] = []
    for (let length = bytes[at++]!; length; length = bytes[at++]!) {
      parts.push(bytes.subarray(at, at + length))
      at += length
    }
    return Buffer.concat(parts)
  }
  for (let kind = bytes[at++]; kind !== 0x3b; kind = bytes[at++]) {
    if (kind === 0x21) {
      const label = bytes[at++]
      const content = blocks()
      if (label === 0xf9) gif.delays.push(content.readUInt16LE(1))
      if (label === 0xff) gif.repeats = content.toString('latin1', 0, 11) === 'NETSCAPE2.0' && content.readUInt16LE(12) === 0
    } else {
      expect(kind).toBe(0x2c)
      at += 9
      gif.frames.push(unpack(bytes[at++]!, blocks()))
    }
  }
  return gif
}

/** LZW with codes that grow. */
function unpack(bits: number, data: Buffer): number[] {
  const clear = 1 << bits
  const out: number[] = []
  let table: number[][] = []
  let last: number[] | undefined
  let size = bits + 1
  for (let bit = 0; ; ) {
    let code = 0
    for (let k = 0; k < size; k++, bit++) code |= ((data[bit >> 3]! >> (bit & 7)) & 1) << k
    if (code === clear + 1) return out
    if (code === clear) {
      table = Array.from({ length: clear + 2 }, (_, i) => [i])
      size = bits + 1
      last = undefined
      continue
    }
    const entry = table[code] ?? [...last!, last![0]!]
    for (const index of entry) out.push(index)
    if (last && table.length < 4096) table.push([...last, entry[0]!])
    if (table.length === 1 << size && size < 12) size++
    last = entry
  }
}
