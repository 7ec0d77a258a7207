// APNG: a motion as a PNG that moves, where GIFs move too, in all its colours and at its own speed. Programs that know no APNG show its first picture.

import { writeWhole } from '../base/files.js'
import type { Motion } from '../motion/clip.js'
import { type AnimationOptions, animation } from './animation.js'
import { chunk, header, packedRows, SIGNATURE } from './png.js'
import type { Raster } from './raster.js'

/** What changes from one picture to the next lies in this rectangle, in pixels. */
interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A frame's length is a fraction of two 16-bit numbers, over this. */
const TICKS = 30_000

/** Writes an animation of a motion. Throws ERR_DATA for a malformed motion, ERR_OUTPUT where `path` cannot be written. */
export async function writeApng(path: string, motion: Motion, options: AnimationOptions = {}): Promise<void> {
  await writeWhole(path, apngAnimation(motion, options, path))
}

/** An animation of a motion as an APNG file that repeats for ever. */
export function apngAnimation(motion: Motion, options: AnimationOptions = {}, who = 'apng'): Uint8Array {
  const { fps, frames, width, height, pictures } = animation(motion, options, who)
  const chunks = [chunk('IHDR', header(width, height)), chunk('acTL', numbers(frames, 0))]
  let number = 0
  let before: Raster | undefined
  for (const picture of pictures()) {
    const box = before ? changedIn(before, picture) : { x: 0, y: 0, width, height }
    chunks.push(chunk('fcTL', frameControl(number++, box, fps)))
    const rows = packedRows(picture, box)
    chunks.push(before ? chunk('fdAT', Buffer.concat([numbers(number++), rows])) : chunk('IDAT', rows))
    before = picture
  }
  return Buffer.concat([SIGNATURE, ...chunks, chunk('IEND')])
}

/** Its place in the order of chunks, where it lies, and how long it is shown; what it covers is replaced, and stays. */
function frameControl(number: number, { x, y, width, height }: Box, fps: number): Uint8Array {
  const delay = Buffer.alloc(6)
  delay.writeUInt16BE(Math.min(0xffff, Math.max(1, Math.round(TICKS / fps))), 0)
  delay.writeUInt16BE(TICKS, 2)
  return Buffer.concat([numbers(number, width, height, x, y), delay])
}

function numbers(...values: readonly number[]): Uint8Array {
  const out = Buffer.alloc(4 * values.length)
  values.forEach((value, i) => {
    out.writeUInt32BE(value, 4 * i)
  })
  return out
}

/** The smallest rectangle outside which both are the same; one pixel where they are. */
function changedIn(before: Raster, after: Raster): Box {
  const { width, height } = after
  const [old, now] = [before, after].map(({ pixels }) => new Uint32Array(pixels.buffer)) as [Uint32Array, Uint32Array]
  let [left, right, top, bottom] = [width, -1, height, -1]
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++)
      if (old[at] !== now[at]) {
        left = Math.min(left, x)
        right = Math.max(right, x)
        top = Math.min(top, y)
        bottom = y
      }
  if (bottom < 0) return { x: 0, y: 0, width: 1, height: 1 }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}
