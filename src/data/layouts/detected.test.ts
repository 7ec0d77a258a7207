import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DwposePeople, dwposeClip } from '../../formats/dwpose/clip.js'
import { readDwposeClip } from '../../formats/dwpose/dwpose.js'
import { bodyPart, DWPOSE_POINTS, DWPOSE_WIDTH, facePart, leftHandPart, noPerson, rightHandPart } from '../../formats/dwpose/points.js'
import { decodePose } from '../../formats/pose/pose.js'
import { encodePose, poseOfMotion } from '../../formats/pose/write.js'
import { confidenceAt, frameAt } from '../../motion/clip.js'
import { partOf, pointsOf } from '../../motion/layout/layout.js'
import { layouts } from '../../motion/layout/layouts.js'
import { mirroredMotion } from '../../motion/layout/mirror.js'
import { syntheticCorpus } from '../synthetic/corpus.js'
import { keypointsOfDwpose, toDwpose, toSkeleton } from './convert.js'
import { detectedMotion } from './detected.js'
import { detected } from './dwpose.testing.js'
import { motionOfPoseIn } from './named_points.js'

const layout = layouts['dwpose-128']
const picture = { width: 640, height: 360 }
const shared = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data', 'prompt2sign', 'dwpose_human_signer')

/** A person whose every point is somewhere of its own, moved right by `by`. */
function person(by = 0) {
  const one = noPerson()
  for (let point = 0; point < DWPOSE_POINTS; point++) {
    const [x, y] = [0.3 + 0.001 * point + by, 0.2 + 0.002 * point]
    one.set([x, y, point < bodyPart.count ? 1 : 0.9], point * DWPOSE_WIDTH)
  }
  // Shoulders as of a signer who faces the camera, and hands that begin at their wrists.
  for (const [point, x, y] of [
    [1, 0.5, 0.4],
    [2, 0.45, 0.4],
    [5, 0.55, 0.4],
    [4, 0.4, 0.6],
    [7, 0.6, 0.6],
    [leftHandPart.first, 0.6, 0.6],
    [rightHandPart.first, 0.4, 0.6],
  ] as const)
    one.set([x + by, y, 1], point * DWPOSE_WIDTH)
  return one
}

describe('what DWPose saw of a signer', () => {
  const frames: DwposePeople[] = [3, 4, 6].map((index) => ({ index, people: [person(0.01 * index)] }))
  const clip = dwposeClip(frames, picture, 'a', 24, 'a')
  const motion = detectedMotion(clip)

  it('is a motion of all 128 points, median neck at 0, median shoulders 1/3 apart', () => {
    expect([motion.layout, motion.frames, motion.fps]).toEqual(['dwpose-128', 4, 24])
    const at = (t: number, point: number) => [...frameAt(motion, t).subarray(2 * point, 2 * point + 2)]
    // The middle of three frames is where the neck is 0.
    for (const value of at(1, 1)) expect(value).toBeCloseTo(0, 6)
    expect(at(1, 5)[0]! - at(1, 2)[0]!).toBeCloseTo(1 / 3, 6)
    // Pixels are square: the elbow of the fractions' aspect. 0.1 of the width is 64 pixels and a third; the face's first point is where it was seen.
    const scale = 1 / 3 / (0.1 * picture.width)
    const [x, y] = [0.3 + 0.001 * facePart.first - 0.5, 0.2 + 0.002 * facePart.first - 0.4]
    expect(at(1, partOf(layout, 'face').first)[0]).toBeCloseTo(x * picture.width * scale, 5)
    expect(at(1, partOf(layout, 'face').first)[1]).toBeCloseTo(y * picture.height * scale, 5)
  })

  it('shows nothing in a frame in which nobody was seen', () => {
    expect([...confidenceAt(motion, 2)!].every((sure) => sure === 0)).toBe(true)
    expect([...frameAt(motion, 2)].every((value) => value === 0)).toBe(true)
    expect([...confidenceAt(motion, 3)!].every((sure) => sure > 0)).toBe(true)
  })

  it('leaves out hands and faces that it was not sure of, and hands on no arm', () => {
    const unsure = person()
    for (const part of [leftHandPart, facePart]) for (let i = 0; i < part.count; i++) unsure[(part.first + i) * DWPOSE_WIDTH + 2] = 0.2
    for (let i = 0; i < rightHandPart.count; i++) unsure[(rightHandPart.first + i) * DWPOSE_WIDTH] = 0.9
    const { confidence } = detectedMotion(dwposeClip([{ index: 0, people: [unsure] }], picture, 'a', 24, 'a'))
    const seen = (part: 'body' | 'leftHand' | 'rightHand' | 'face') =>
      pointsOf(partOf(layout, part)).filter((point) => confidence![point]! > 0).length
    expect([seen('body'), seen('leftHand'), seen('rightHand'), seen('face')]).toEqual([18, 0, 0, 0])
  })
})

describe('conversions', () => {
  const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 16, words: 4, wordsPerSentence: [1, 2] })
  const flat = toDwpose(train[0]!)

  it('of 50 joints to DWPose’s points and to keypoints are the joints in the picture', () => {
    const keypoints = keypointsOfDwpose(flat)
    const worst = Math.max(
      ...keypoints.keypoints.map((value, i) => {
        const [cell, axis] = [Math.floor(i / 3), i % 3]
        return axis === 2 ? value - 1 : Math.abs(value / 384 - train[0]!.joints[3 * cell + axis]!)
      }),
    )
    expect(worst).toBeLessThan(1e-6)
    expect(() => toDwpose(flat)).toThrow(/wanted a motion of skeleton-50, got one of dwpose-128/)
    expect(() => toSkeleton(flat)).toThrow(/wanted a layout with depth, got dwpose-128/)
  })

  it('through a .pose file give back what was seen', () => {
    const motion = detected(train[0]!, 4)
    const back = motionOfPoseIn(decodePose(encodePose(poseOfMotion(motion)), 'a.pose'), layout)
    expect(back.confidence).toEqual(motion.confidence)
    const worst = Math.max(...back.joints.map((value, i) => Math.abs(value - motion.joints[i]!)))
    expect(worst).toBeLessThan(1e-5)
    expect(() => motionOfPoseIn(poseOfMotion(train[0]!), layout)).toThrow(
      /wanted the 128 points of dwpose-128 by their names, got POSE_LANDMARKS \(8\)/,
    )
  })

  it('a mirror gives the left hand what the right one did, seen as often, and undoes itself', () => {
    const motion = detected(train[1]!, 4)
    const seen = mirroredMotion(motion)
    const [left, right] = [partOf(layout, 'leftHand').first, partOf(layout, 'rightHand').first]
    for (let t = 0; t < motion.frames; t++)
      for (let i = 0; i < 21; i++) {
        expect(confidenceAt(seen, t)![left + i]).toBe(confidenceAt(motion, t)![right + i])
        expect(frameAt(seen, t)[2 * (left + i)]).toBe(-frameAt(motion, t)[2 * (right + i)]!)
      }
    expect(mirroredMotion(seen)).toEqual(motion)
  })
})

it.skipIf(!existsSync(shared))('Prompt2Sign’s real clip is read with face and hands (skipped without ../shared/data)', async () => {
  const motion = detectedMotion(await readDwposeClip(shared, { picture: { width: 1280, height: 720 }, name: 'human' }))
  expect([motion.frames, motion.fps]).toEqual([135, 24])
  const share = (part: 'leftHand' | 'rightHand' | 'face') => {
    const points = pointsOf(partOf(layout, part))
    let seen = 0
    for (let t = 0; t < motion.frames; t++) seen += points.filter((point) => confidenceAt(motion, t)![point]! > 0).length
    return seen / (points.length * motion.frames)
  }
  expect([share('leftHand'), share('rightHand'), share('face')].map((value) => value > 0.85)).toEqual([true, true, true])
  // Knees and ankles were never in the picture.
  for (const point of [9, 10, 12, 13]) expect(motion.confidence!.filter((sure, i) => i % 128 === point && sure > 0)).toHaveLength(0)
})
