import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { frameAt } from '../../motion/clip.js'
import { joint } from '../../motion/skeleton.js'
import { whyNoBrowser } from '../../video/browser.js'
import { openVideo, type VideoFrame } from '../../video/video.js'
import { animation } from '../animation.js'
import { cameraFor, project } from '../camera.js'
import { light, rgb } from '../colours.js'
import { signer } from '../signer.testing.js'
import { mp4Animation } from './mp4.js'

const folder = mkdtempSync(join(tmpdir(), 'signllm-mp4-'))

/** Names of the boxes on the outside, and where each box of the index is. */
function boxes(file: Uint8Array): string[] {
  const bytes = Buffer.from(file)
  const names: string[] = []
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) names.push(bytes.toString('latin1', at + 4, at + 8))
  return names
}

async function decoded(file: Uint8Array, name: string): Promise<{ fps: number | undefined; frames: VideoFrame[] }> {
  const path = join(folder, name)
  writeFileSync(path, file)
  await using video = await openVideo(path, { decoder: 'browser' })
  const frames: VideoFrame[] = []
  for await (const frame of video) frames.push(frame)
  return { fps: video.fps, frames }
}

describe('MP4', () => {
  it('is the same bytes for the same motion, without the time of day, its index first', async () => {
    const listeners = process.eventNames()
    const first = await mp4Animation(signer(5), { size: 64 })
    await new Promise((resolve) => setTimeout(resolve, 1100)) // the library would write another second
    expect(Buffer.compare(first, await mp4Animation(signer(5), { size: 64 }))).toBe(0)
    expect(boxes(first)).toEqual(['ftyp', 'moov', 'mdat'])
    expect(process.eventNames()).toEqual(listeners)
  })

  it('names a malformed motion before it encodes anything', async () => {
    await expect(mp4Animation({ ...signer(3), fps: 0 }, {}, 'a.mp4')).rejects.toThrow('a.mp4: wanted frames per second above 0, got 0')
  })

  describe.skipIf(whyNoBrowser())('read back by the browser', () => {
    it.each([25, 29.97, 12.5, 60])(
      'has every frame at its time, at %s a second',
      async (fps) => {
        const { fps: told, frames } = await decoded(await mp4Animation({ ...signer(7), fps }, { size: 64 }), `${fps}.mp4`)
        expect(frames).toHaveLength(7)
        expect(Math.abs(told! - fps)).toBeLessThan(fps * 1e-4)
        frames.forEach(({ time, width, height }, i) => {
          expect(Math.abs(time - i / fps)).toBeLessThan(1e-3)
          expect([width, height]).toEqual([64, 64])
        })
      },
      60_000,
    )

    it('shows the pictures in their colours, the reference to the left', async () => {
      const [motion, options] = [signer(6), { size: 240, reference: signer(9) }]
      const { frames } = await decoded(await mp4Animation(motion, options), 'beside.mp4')
      const { width, height, pictures } = animation(motion, options, 'test', { step: 2 })
      const want = [...pictures()]
      // Two squares and the line between them are an odd number of pixels wide.
      expect([width, height, frames.length]).toEqual([482, 240, 9])
      want.forEach(({ pixels }, i) => {
        const { rgba } = frames[i]!
        let sum = 0
        for (let at = 0; at < pixels.length; at++) sum += Math.abs(rgba[at]! - pixels[at]!)
        expect(sum / pixels.length).toBeLessThan(2.5)
      })
      const points = project(frameAt(motion, 5), cameraFor([motion, options.reference]), 240)
      const colours = { rightElbow: light.parts.rightArm, leftElbow: light.parts.leftArm, neck: light.parts.body, nose: light.parts.head }
      for (const [name, colour] of Object.entries(colours)) {
        const { x, y } = points[joint[name as keyof typeof colours]]!
        const at = 4 * (Math.floor(y) * width + 241 + Math.floor(x))
        const off = rgb(colour).map((channel, i) => Math.abs(frames[5]!.rgba[at + i]! - channel))
        expect(Math.max(...off), name).toBeLessThan(14)
      }
    }, 60_000)
  })
})
