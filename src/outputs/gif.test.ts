import { describe, expect, it } from 'vitest'
import { frameAt } from '../motion/clip.js'
import { joint } from '../motion/skeleton.js'
import { cameraFor, project } from './camera.js'
import { light, rgb } from './colours.js'
import { gifAnimation } from './gif.js'
import { decodeGif } from './gif.testing.js'
import { signer } from './signer.testing.js'

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
