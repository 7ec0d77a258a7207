import { describe, expect, it } from 'vitest'
import { atMoments, everyFrameOf, firstFrames } from './between_frames.js'
import type { Motion } from './clip.js'
import { layouts } from './layout/layouts.js'
import { facingMotion, mirroredMotion } from './layout/mirror.js'

const { points } = layouts['dwpose-128']

/** Three frames in which point 0 goes right by 1 a frame, seen in all; point 1 stands at 5, 5, seen in the first two frames with 0.8; all else is unseen. */
function moving(): Motion {
  const joints = new Float32Array(3 * points * 2)
  const confidence = new Float32Array(3 * points)
  for (let t = 0; t < 3; t++) {
    joints[t * points * 2] = t
    confidence[t * points] = 1
    if (t === 2) continue
    joints.set([5, 5], (t * points + 1) * 2)
    confidence[t * points + 1] = 0.8
  }
  return { layout: 'dwpose-128', joints, confidence, frames: 3, fps: 24 }
}

const place = ({ joints }: Motion, t: number, point: number) => [...joints.subarray((t * points + point) * 2, (t * points + point) * 2 + 2)]

describe('a motion at moments between its frames', () => {
  const between = atMoments(moving(), [0.5, 1, 1.75, 2])

  it('has points that are seen in both neighbours on the straight line', () => {
    expect([0, 1, 2, 3].map((t) => place(between, t, 0)[0])).toEqual([0.5, 1, 1.75, 2])
  })

  it('has one seen in one of them where it was, as sure as that frame is near, and nowhere at the other', () => {
    expect([0, 1, 2, 3].map((t) => place(between, t, 1))).toEqual([
      [5, 5],
      [5, 5],
      [5, 5],
      [0, 0],
    ])
    const sure = [0, 1, 2, 3].map((t) => between.confidence![t * points + 1]!)
    for (const [t, wanted] of [0.8, 0.8, 0.2, 0].entries()) expect(sure[t]).toBeCloseTo(wanted, 6)
  })

  it('is itself at its own frames', () => {
    expect(atMoments(moving(), [0, 1, 2])).toEqual(moving())
  })
})

it('every other frame, and the first ones, keep what was seen with them', () => {
  const every = everyFrameOf(moving(), 2)
  expect([every.frames, place(every, 1, 0)[0], every.confidence![points + 1]]).toEqual([2, 2, 0])
  const first = firstFrames(moving(), 2)
  expect([first.frames, first.joints.length, first.confidence!.length]).toEqual([2, 4 * points, 2 * points])
  expect(everyFrameOf(moving(), 1)).toEqual(moving())
})

describe('the signer of a motion', () => {
  const { anchors } = layouts['dwpose-128']
  const facing = (right: number, left: number): Motion => {
    const motion = moving()
    for (let t = 0; t < 3; t++)
      for (const [point, x] of [
        [anchors.rightShoulder, right],
        [anchors.leftShoulder, left],
      ] as const) {
        motion.joints[(t * points + point) * 2] = x
        motion.confidence![t * points + point] = 1
      }
    return motion
  }

  it('is called right where the right shoulder is on the picture’s right', () => {
    expect(facingMotion(facing(-1, 1))).toEqual(facing(-1, 1))
    expect(facingMotion(facing(1, -1))).toEqual(facing(-1, 1))
  })

  it('is not mirrored in a layout of which nobody tells the pairs', () => {
    const holistic: Motion = { layout: 'holistic-543', joints: new Float32Array(543 * 3), frames: 1, fps: 24 }
    expect(() => mirroredMotion(holistic)).toThrow(/wanted a layout whose points mirror each other, got holistic-543/)
    expect(facingMotion(holistic)).toBe(holistic)
  })
})
