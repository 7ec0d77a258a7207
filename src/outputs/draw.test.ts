import { describe, expect, it } from 'vitest'
import { COORDS, drawnBones, joint } from '../motion/skeleton.js'
import { cameraFor, project, projectPoint } from './camera.js'
import { light } from './colours.js'
import { drawFrame, drawGhost, limbs, type Mark } from './draw.js'
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

describe('a camera that zooms and sees in perspective', () => {
  const camera = { ...cameraFor([signer(1)]), yaw: 0.4, pitch: 0.2 }
  const point = [0.1, -0.2, 0.4] as const

  it('draws all twice as large from the middle at a zoom of 2', () => {
    const [once, twice] = [camera, { ...camera, zoom: 2 }].map((one) => projectPoint(...point, one, 480))
    expect([twice!.x - 240, twice!.y - 240]).toEqual([2 * (once!.x - 240), 2 * (once!.y - 240)])
    expect([twice!.scale, twice!.near]).toEqual([2 * once!.scale, once!.near])
  })

  it('draws what is near larger, what is far smaller, and the middle as it was', () => {
    const growth = (z: number) => {
      const [flat, deep] = [false, true].map((perspective) => projectPoint(0.1, 0, z, { ...camera, yaw: 0, pitch: 0, perspective }, 480))
      return deep!.scale / flat!.scale
    }
    expect(growth(camera.centre[2])).toBe(1)
    expect(growth(camera.centre[2] + 0.26)).toBeCloseTo(2.6 / 2.34, 10)
    expect(growth(camera.centre[2] - 0.26)).toBeCloseTo(2.6 / 2.86, 10)
    // Behind the eye, where dividing by the distance would turn the picture over.
    expect(growth(camera.centre[2] + 5)).toBeCloseTo(2.6 / 0.2, 10)
  })

  it('draws fingers as wide as the perspective makes their first joint', () => {
    const frame = signer(1).joints
    const lines = drawFrame(frame, { ...camera, perspective: true }, 480, light).filter((mark) => mark.shape === 'line')
    const points = project(frame, { ...camera, perspective: true }, 480)
    const index = limbs.find(({ part }) => part === 'index')!
    const first = points[index.joints[0]!]!
    const line = lines.find((mark) => mark.points[0] === first.x && mark.points[1] === first.y && mark.colour === light.parts.index)!
    expect(line.width).toBe(index.width * first.scale)
  })
})

describe('drawGhost', () => {
  it('draws a line a limb and a head in the one grey, where drawFrame draws them', () => {
    const [frame, camera] = [signer(1).joints, cameraFor([signer(1)])]
    const marks = drawGhost(frame, camera, 480, light)
    expect(marks.filter(({ shape }) => shape === 'line')).toHaveLength(limbs.length)
    expect([...new Set(marks.map(({ colour }) => colour))].sort()).toEqual([light.ghost, light.paper].sort())
    const places = (list: readonly Mark[]) => list.flatMap((mark) => (mark.shape === 'line' ? [mark.points.join()] : []))
    expect(places(drawFrame(frame, camera, 480, light))).toEqual(expect.arrayContaining(places(marks)))
  })
})
