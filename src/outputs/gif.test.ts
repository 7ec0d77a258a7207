import { describe, expect, it } from 'vitest'
import { frameAt } from '../motion/clip.js'
import { joint } from '../motion/skeleton.js'
import { cameraFor, project } from './camera.js'
import { light, rgb } from './colours.js'
import { gifAnimation } from './gif.js'
import { signer } from './signer.testing.js'

interface Gif {
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
function decodeGif(file: Uint8Array): Gif {
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

const motion = signer(6)

describe('GIF', () => {
  it('holds every frame, in its place and colour, and repeats', () => {
    const gif = decodeGif(gifAnimation(motion, { size: 160 }))
    expect([gif.width, gif.height, gif.frames.length, gif.repeats]).toEqual([160, 160, 6, true])
    const camera = cameraFor([motion])
    gif.frames.forEach((frame, i) => {
      expect(frame).toHaveLength(160 * 160)
      const points = project(frameAt(motion, i), camera, 160)
      const colour = (id: number) => {
        const entry = frame[Math.floor(points[id]!.y) * 160 + Math.floor(points[id]!.x)]!
        return [...gif.palette.subarray(3 * entry, 3 * entry + 3)]
      }
      expect(colour(joint.rightElbow)).toEqual([...rgb(light.parts.rightArm)])
      expect(colour(joint.leftElbow)).toEqual([...rgb(light.parts.leftArm)])
      expect(colour(joint.neck)).toEqual([...rgb(light.parts.body)])
    })
    expect(gif.frames[1]).not.toEqual(gif.frames[0])
  })

  it('lasts as long as the motion, also where hundredths do not divide', () => {
    const delays = (fps: number, frames: number) => decodeGif(gifAnimation({ ...signer(frames), fps }, { size: 24 })).delays
    expect(delays(25, 6)).toEqual([4, 4, 4, 4, 4, 4])
    expect(delays(30, 6)).toEqual([3, 4, 3, 3, 4, 3])
    expect(delays(100, 6)).toEqual([2, 2, 2]) // every other frame: players slow down below 2
    expect(delays(29.97, 30).reduce((sum, delay) => sum + delay)).toBe(100)
  })

  it('sets the reference beside it and plays to the end of the longer', () => {
    const gif = decodeGif(gifAnimation(motion, { size: 60, reference: signer(9) }))
    expect([gif.width, gif.height, gif.frames.length]).toEqual([121, 60, 9])
    const paper = gif.frames[8]![61]
    const neck = project(frameAt(motion, 0), cameraFor([motion, signer(9)]), 60)[joint.neck]!
    const at = (frame: number, left: number) => gif.frames[frame]![Math.floor(neck.y) * 121 + left + Math.floor(neck.x)]
    expect(at(0, 61)).not.toBe(paper)
    expect(at(8, 61)).toBe(paper)
    expect(at(8, 0)).not.toBe(paper)
  })

  it('refuses a motion without frames', () => {
    expect(() => gifAnimation({ ...motion, frames: 0 }, {}, 'a.gif')).toThrow('a.gif: wanted at least one frame, got 0')
    expect(() => gifAnimation({ ...motion, fps: 0 }, {}, 'a.gif')).toThrow('a.gif: wanted frames per second above 0, got 0')
  })
})
