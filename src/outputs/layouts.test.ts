// Pictures, pages and files of motions in DWPose's points.

import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { toDwpose } from '../data/layouts/convert.js'
import { decodePose } from '../formats/pose/pose.js'
import { encodePose, poseOfMotion } from '../formats/pose/write.js'
import type { Motion } from '../motion/clip.js'
import { rgb } from '../motion/colour.js'
import { layouts } from '../motion/layout/layouts.js'
import { unpackMotion } from '../pages/viewer/shown_clip.js'
import { cameraFor, projectPoint } from './camera.js'
import { light, palettes } from './colours.js'
import { drawMotion, drawMotionGhost, paletteFor } from './draw_motion.js'
import { gifAnimation } from './gif.js'
import { decodeGif } from './gif.testing.js'
import { motionFromJson, motionToJson } from './json_motion.js'
import { rasterCell } from './png.js'
import { signer } from './signer.testing.js'
import { svgSheet } from './svg.js'
import { packMotion, viewerHtml } from './viewer/viewer.js'

const layout = layouts['dwpose-128']
const motion: Motion = toDwpose(signer(4))
const camera = cameraFor([motion])

describe('a frame of DWPose’s points', () => {
  it('is limbs 20 degrees of hue apart, hands in a rainbow and dots, of what was seen alone', () => {
    const marks = drawMotion(motion, 0, camera, 400, light)
    const lines = marks.filter(({ shape }) => shape === 'line')
    // Two shoulders, two arms of two limbs, a neck, and 20 bones a hand.
    expect(lines).toHaveLength(7 + 40)
    expect(marks.filter(({ shape }) => shape === 'disc')).toHaveLength(50)
    expect(lines.map(({ colour }) => colour)).toContain('#990000')
    const unseen = { ...motion, confidence: motion.confidence!.map((sure, i) => (i % layout.points === 4 ? 0 : sure)) }
    const fewer = drawMotion(unseen, 0, camera, 400, light)
    expect(fewer).toHaveLength(marks.length - 2)
    // What is left is as it was, colours included.
    expect(marks).toEqual(expect.arrayContaining(fewer))
  })

  it('is on black, each joint in its colour', () => {
    const raster = rasterCell({ motion, frame: 0, label: '' }, camera, 400)
    const colourAt = (x: number, y: number) => [...raster.pixels.subarray(4 * (Math.round(y) * 400 + Math.round(x)))].slice(0, 3)
    expect(colourAt(2, 2)).toEqual([0, 0, 0])
    for (const [point, colour] of [
      [2, '#ffaa00'],
      [5, '#55ff00'],
    ] as const) {
      const { x, y } = projectPoint(motion.joints[2 * point]!, motion.joints[2 * point + 1]!, 0, camera, 400)
      expect(colourAt(x - 0.5, y - 0.5)).toEqual([...rgb(colour)])
    }
  })

  it('is all of it grey as a ghost', () => {
    const palette = paletteFor(motion, light)
    expect(new Set(drawMotionGhost(motion, 0, camera, 400, palette).map(({ colour }) => colour))).toEqual(new Set([palette.ghost]))
  })
})

it('the camera looks at what was seen', () => {
  const far = { ...motion, joints: motion.joints.slice() }
  far.joints.set([50, 50], 2 * 9)
  expect(cameraFor([far])).toEqual(camera)
})

it('an animation keeps the colours apart within 256', () => {
  const gif = gifAnimation(motion, { size: 120 })
  expect(Buffer.from(gif.subarray(0, 6)).toString()).toBe('GIF89a')
  // Beside the same motion of 50 joints, too.
  expect(gifAnimation(motion, { size: 60, reference: signer(4) }).length).toBeGreaterThan(1000)
})

it('a drawing has the paper of the layout', () => {
  expect(svgSheet(motion)).toContain('fill="#000000"')
})

it('the viewer’s page holds layout and what was seen, and gives them back', () => {
  const back = unpackMotion(packMotion(motion))
  expect(back.layout).toBe('dwpose-128')
  expect(back.confidence).toEqual(motion.confidence)
  const worst = Math.max(...back.joints.map((value, i) => Math.abs(value - motion.joints[i]!)))
  expect(worst).toBeLessThan(1e-4)
  expect(viewerHtml([{ title: 'a', language: 'ASL', text: 'b', motion }], { title: 'c' })).toContain('dwpose-128')
  expect(packMotion(signer(2))).not.toHaveProperty('layout')
})

it('JSON names the layout and is read back', () => {
  const back = motionFromJson(motionToJson(motion, { language: 'ASL', text: 'a' }), 'a.json')
  expect(back.layout).toBe('dwpose-128')
  expect(back.confidence).toEqual(motion.confidence)
  const worst = Math.max(...back.joints.map((value, i) => Math.abs(value - motion.joints[i]!)))
  expect(worst).toBeLessThan(6e-6)
  expect(() => motionFromJson(motionToJson(motion, { language: '', text: '' }).replace('dwpose-128', 'dwpose-129'), 'b.json')).toThrow(
    /b.json: wanted one of the layouts/,
  )
})

it('.pose files have the layout’s parts as OpenPose’s components, unseen points at confidence 0', () => {
  const pose = decodePose(encodePose(poseOfMotion(motion)), 'a.pose')
  expect(pose.components.map(({ name, format, points, limbs }) => [name, format, points.length, limbs.length])).toEqual([
    ['pose_keypoints_2d', 'XYC', 18, 17],
    ['hand_left_keypoints_2d', 'XYC', 21, 20],
    ['hand_right_keypoints_2d', 'XYC', 21, 20],
    ['face_keypoints_2d', 'XYC', 68, 0],
  ])
  expect(pose.confidence).toEqual(motion.confidence)
})

describe.each(['slrtp-178', 'holistic-543'] as const)('a motion of %s', (name) => {
  const { points, bones, parts } = layouts[name]
  const random = Random.for(5, name)
  const joints = Float32Array.from({ length: 2 * points * 3 }, () => 0.6 * (random.uniform() - 0.5))
  const shown: Motion = { joints, frames: 2, fps: 25, layout: name }
  const from = cameraFor([shown])

  it('is a line for each bone and a dot for each point of the face, smaller the more there are', () => {
    const marks = drawMotion(shown, 0, from, 400, light)
    expect(marks.filter(({ shape }) => shape === 'line')).toHaveLength(bones.length)
    const dots = marks.flatMap((mark) => (mark.shape === 'disc' ? [mark.radius] : []))
    const face = parts.find((part) => part.name === 'face')!
    expect(dots).toHaveLength(face.points.length)
    const dwpose = drawMotion(motion, 0, from, 400, light).flatMap((mark) => (mark.shape === 'disc' ? [mark.radius] : []))
    expect(Math.max(...dots)).toBeLessThan(0.8 * Math.max(...dwpose))
  })

  it('has fingers and arms in the colours of the 50 joints, those for the colour-blind too', () => {
    const palette = palettes['colour-blind'].light
    const used = new Set(drawMotion(shown, 0, from, 400, palette).map(({ colour }) => colour))
    const { head: _, ...wanted } = palette.parts
    expect([...used].sort()).toEqual([...new Set([...Object.values(wanted), palette.ink])].sort())
    const own = new Set(drawMotion(shown, 0, from, 400, light).map(({ colour }) => colour))
    expect(own.size).toBe(9)
    expect(new Set(drawMotionGhost(shown, 0, from, 400, palette).map(({ colour }) => colour))).toEqual(new Set([palette.ghost]))
  })

  it('is in films and in the viewer', () => {
    const gif = decodeGif(gifAnimation(shown))
    expect(gif.frames).toHaveLength(2)
    expect(gif.frames.every((frame) => new Set(frame).size > 9)).toBe(true)
    const packed = unpackMotion(packMotion(shown))
    expect([packed.layout, packed.frames]).toEqual([name, 2])
    expect(viewerHtml([{ title: 'a', language: 'ASL', text: 'a', motion: shown }], { title: 'a' })).toContain(name)
  })
})
