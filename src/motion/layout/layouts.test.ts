import { describe, expect, it } from 'vitest'
import { hue, rgb } from '../colour.js'
import { drawnBones, JOINTS, joint, jointNames } from '../skeleton.js'
import { coordinatesOf, layoutNames, numberName, partOf, pointsOf } from './layout.js'
import { isSkeleton, layoutNamed, layoutOfMotion, layouts } from './layouts.js'

describe.each(layoutNames)('%s', (name) => {
  const layout = layouts[name]

  it('is made of parts one after another that are all its points', () => {
    expect(layout.name).toBe(name)
    expect(layout.parts.flatMap(pointsOf)).toEqual(Array.from({ length: layout.points }, (_, i) => i))
    expect(new Set(layout.pointNames).size).toBe(layout.points)
    expect(layout.pointNames).toHaveLength(layout.points)
  })

  it('has bones and anchors among its points, and each hand a tree of 20 bones', () => {
    const places = [...layout.bones.flatMap(({ parent, child }) => [parent, child]), ...Object.values(layout.anchors)]
    for (const place of places) expect(place).toBeLessThan(layout.points)
    for (const hand of ['leftHand', 'rightHand'] as const) {
      const points = pointsOf(partOf(layout, hand))
      const inside = layout.bones.filter(({ parent, child }) => points.includes(parent) && points.includes(child))
      expect(inside.map(({ child }) => child).sort((a, b) => a - b)).toEqual(points.slice(1))
    }
  })

  it('mirrors twice into itself, sides and hands exchanged', () => {
    const { otherSide, anchors } = layout
    if (!otherSide) return
    expect(otherSide.map((other) => otherSide[other])).toEqual(Array.from({ length: layout.points }, (_, i) => i))
    expect(otherSide[anchors.rightShoulder]).toBe(anchors.leftShoulder)
    expect(otherSide[anchors.rightWrist]).toBe(anchors.leftWrist)
    expect(pointsOf(partOf(layout, 'leftHand')).map((point) => otherSide[point])).toEqual(pointsOf(partOf(layout, 'rightHand')))
  })
})

it('the 50 joints are those of the skeleton', () => {
  const layout = layouts['skeleton-50']
  expect(layout.pointNames).toBe(jointNames)
  expect(coordinatesOf(layout)).toBe(3 * JOINTS)
  expect(partOf(layout, 'leftHand').first).toBe(joint.leftHand)
  expect(partOf(layout, 'rightHand').first).toBe(joint.rightHand)
  expect(layout.bones).toHaveLength(49)
  // What is drawn is the same tree, but for the wrists that the hands' roots stand for.
  expect(drawnBones).toHaveLength(47)
})

it('DWPose has OpenPose’s body in front, then hands and a face', () => {
  const layout = layouts['dwpose-128']
  expect(layout.points).toBe(18 + 2 * 21 + 68)
  expect(layout.parts.map(({ name, first }) => [name, first])).toEqual([
    ['body', 0],
    ['leftHand', 18],
    ['rightHand', 39],
    ['face', 60],
  ])
  expect([2, 4, 8, 10, 14, 16].map((j) => layout.pointNames[layout.otherSide![j]!])).toEqual([
    ...['LShoulder', 'LWrist', 'LHip', 'LAnkle', 'LEye', 'LEar'],
  ])
  expect(numberName(layout, 37)).toBe('leftHand BASE y')
})

it('DWPose’s face mirrors as iBUG’s 68 points do', () => {
  const { otherSide } = layouts['dwpose-128']
  const other = (point: number): number => otherSide![60 + point]! - 60
  expect([0, 8, 17, 21, 27, 30, 31, 33, 36, 37, 39, 40, 41].map(other)).toEqual([16, 8, 26, 22, 27, 30, 35, 33, 45, 44, 42, 47, 46])
  expect([48, 51, 54, 55, 57, 59, 60, 62, 64, 65, 66, 67].map(other)).toEqual([54, 51, 48, 59, 57, 55, 64, 62, 60, 67, 66, 65])
})

it('DWPose’s joints are 20 degrees of hue apart, from red, as its pictures have them', () => {
  const { dot } = partOf(layouts['dwpose-128'], 'body')
  expect((dot as readonly `#${string}`[]).map(rgb).slice(0, 7)).toEqual([
    [255, 0, 0],
    [255, 85, 0],
    [255, 170, 0],
    [255, 255, 0],
    [170, 255, 0],
    [85, 255, 0],
    [0, 255, 0],
  ])
  expect(rgb(hue(340))).toEqual([255, 0, 85])
})

it('the SLRTP skeleton has 534 numbers, the right hand before the left', () => {
  const layout = layouts['slrtp-178']
  expect(coordinatesOf(layout)).toBe(534)
  expect([partOf(layout, 'rightHand').first, partOf(layout, 'leftHand').first, partOf(layout, 'face').first]).toEqual([8, 29, 50])
})

it('MediaPipe Holistic has the points of its body where its numbers say', () => {
  const { pointNames } = layouts['holistic-543']
  expect([0, 1, 4, 7, 9, 11, 12, 15, 22, 23, 31, 32].map((j) => pointNames[j])).toEqual([
    ...['NOSE', 'LEFT_EYE_INNER', 'RIGHT_EYE_INNER', 'LEFT_EAR', 'MOUTH_LEFT', 'LEFT_SHOULDER', 'RIGHT_SHOULDER', 'LEFT_WRIST'],
    ...['RIGHT_THUMB', 'LEFT_HIP', 'LEFT_FOOT_INDEX', 'RIGHT_FOOT_INDEX'],
  ])
})

it('a motion is of 50 joints unless it says otherwise, and an unknown layout is refused by name', () => {
  expect(layoutOfMotion({}).name).toBe('skeleton-50')
  expect(isSkeleton({ layout: 'dwpose-128' })).toBe(false)
  expect(() => layoutNamed('coco-17', 'a.json')).toThrow(/wanted one of the layouts skeleton-50, dwpose-128, .*got 'coco-17'/)
})
