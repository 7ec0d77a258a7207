import { describe, expect, it } from 'vitest'
import { COORDS, drawnBones, joint } from '../motion/skeleton.js'
import { cameraFor, project } from './camera.js'
import { light } from './colours.js'
import { drawFrame, limbs } from './draw.js'
import { signer } from './signer.testing.js'

const motion = signer(4)
const frame = motion.joints.subarray(0, COORDS)

describe('the camera', () => {
  it('keeps every drawn joint of the motion in the picture', () => {
    const camera = cameraFor([motion])
    for (let i = 0; i < motion.frames; i++)
      for (const point of project(motion.joints.subarray(i * COORDS, (i + 1) * COORDS), camera, 480)) {
        expect(point.x).toBeGreaterThan(0)
        expect(point.x).toBeLessThan(480)
        expect(point.y).toBeGreaterThan(0)
        expect(point.y).toBeLessThan(480)
      }
  })

  it('shows a still and a wide motion whole, but not one that flies away', () => {
    const wide = { ...motion, joints: motion.joints.map((value) => value * 1.5) }
    const wild = { ...motion, joints: motion.joints.map((value) => value * 500) }
    expect(cameraFor([wide]).extent).toBeGreaterThan(cameraFor([motion]).extent)
    expect(cameraFor([wild]).extent).toBeLessThanOrEqual(1.8)
  })

  it('turns what is near to the right and down', () => {
    const camera = cameraFor([motion])
    const near = frame.slice()
    near.set([camera.centre[0], camera.centre[1], camera.centre[2] + 0.2])
    const at = (turn: { yaw?: number; pitch?: number }) => project(near, { ...camera, ...turn }, 480)[0]!
    expect([at({}).x, at({}).y]).toEqual([expect.closeTo(240, 4), expect.closeTo(240, 4)])
    expect(at({ yaw: 0.5 }).x).toBeCloseTo(240 + (480 / camera.extent) * 0.2 * Math.sin(0.5))
    expect(at({ pitch: 0.5 }).y).toBeCloseTo(240 + (480 / camera.extent) * 0.2 * Math.sin(0.5))
  })
})

describe('drawFrame', () => {
  const camera = cameraFor([motion])

  it('draws every bone once, fingers in one piece', () => {
    expect(limbs.reduce((bones, limb) => bones + limb.joints.length - 1, 0)).toBe(drawnBones.length)
    expect(limbs).toHaveLength(17)
    expect(limbs.filter((limb) => limb.joints.length === 5)).toHaveLength(10)
  })

  it('ends each forearm at its hand, in the colour of its arm', () => {
    const points = project(frame, camera, 480)
    const ends = (colour: string) =>
      drawFrame(frame, camera, 480, light).flatMap((mark) =>
        mark.shape === 'line' && mark.colour === colour ? [mark.points.slice(-2)] : [],
      )
    const hand = points[joint.rightHand]!
    expect(ends(light.parts.rightArm)).toContainEqual([hand.x, hand.y])
    expect(ends(light.parts.leftArm)).not.toContainEqual([hand.x, hand.y])
  })

  it('paints what is nearer later', () => {
    const order = (z: number) => {
      const moved = frame.slice()
      for (let id = joint.leftHand; id < joint.leftHand + 21; id++) moved[3 * id + 2] = z
      const marks = drawFrame(moved, camera, 480, light)
      const tip = project(moved, camera, 480)[joint.leftHand + 4]!
      const finger = marks.findIndex((mark) => mark.shape === 'line' && mark.colour === light.parts.thumb && mark.points.at(-1) === tip.y)
      return finger - marks.findIndex((mark) => mark.shape === 'disc' && mark.colour === light.headFill)
    }
    expect(order(0.3)).toBeGreaterThan(0)
    expect(order(-0.3)).toBeLessThan(0)
  })
})
