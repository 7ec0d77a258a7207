import { crc32, inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { animation } from './animation.js'
import { apngAnimation } from './apng.js'
import { signer } from './signer.testing.js'

interface Decoded {
  readonly width: number
  readonly height: number
  /** Times that it is shown; 0 for ever. */
  readonly plays: number
  /** Seconds a picture. */
  readonly delays: number[]
  /** RGB of the whole picture after each frame. */
  readonly pictures: Buffer[]
}

/** A reader for what we write: every frame replaces a rectangle of the picture before. */
function decode(file: Uint8Array): Decoded {
  const bytes = Buffer.from(file)
  let [width, height, told, plays, next] = [0, 0, 0, 0, 0]
  const [delays, pictures]: [number[], Buffer[]] = [[], []]
  let box = { x: 0, y: 0, width: 0, height: 0 }
  const draw = (rows: Buffer) => {
    const lines = inflateSync(rows)
    expect(lines).toHaveLength(box.height * (1 + 3 * box.width))
    const picture = Buffer.from(pictures.at(-1) ?? Buffer.alloc(3 * width * height))
    for (let row = 0; row < box.height; row++) {
      const from = row * (1 + 3 * box.width) + 1
      lines.copy(picture, 3 * ((box.y + row) * width + box.x), from, from + 3 * box.width)
    }
    pictures.push(picture)
  }
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)))
    const [name, content] = [bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length)]
    const number = (i: number) => content.readUInt32BE(4 * i)
    if (name === 'IHDR') [width, height] = [number(0), number(1)]
    if (name === 'acTL') [told, plays] = [number(0), number(1)]
    if (name === 'fcTL') {
      expect(number(0)).toBe(next++)
      box = { width: number(1), height: number(2), x: number(3), y: number(4) }
      delays.push(content.readUInt16BE(20) / content.readUInt16BE(22))
      expect([content[24], content[25]]).toEqual([0, 0])
    }
    if (name === 'IDAT') draw(content)
    if (name === 'fdAT') {
      expect(number(0)).toBe(next++)
      draw(content.subarray(4))
    }
    at += 12 + length
  }
  expect(pictures).toHaveLength(told)
  return { width, height, plays, delays, pictures }
}

describe('APNG', () => {
  it('holds every picture to the last bit, also where nothing moves', () => {
    const still = signer(9)
    still.joints.copyWithin(3 * 150, 2 * 150, 3 * 150)
    const options = { size: 90, reference: signer(4) }
    const { width, height, plays, pictures } = decode(apngAnimation(still, options))
    const want = animation(still, options, 'test')
    expect([width, height, plays, pictures.length]).toEqual([181, 90, 0, 9])
    let i = 0
    for (const { pixels } of want.pictures()) {
      const rgb = Buffer.from(pixels.filter((_, at) => at % 4 < 3))
      expect(pictures[i++]!.equals(rgb)).toBe(true)
    }
  })

  it.each([12.5, 25, 29.97, 60, 100])('lasts as long as a motion of %s frames a second', (fps) => {
    const { delays } = decode(apngAnimation({ ...signer(3), fps }, { size: 24 }))
    for (const delay of delays) expect(Math.abs(delay * fps - 1)).toBeLessThan(1e-3)
  })

  it('refuses a motion without frames', () => {
    expect(() => apngAnimation({ ...signer(3), frames: 0 }, {}, 'a.apng')).toThrow('a.apng: wanted at least one frame, got 0')
  })
})
