import { describe, expect, it } from 'vitest'
import { JOINTS, jointNames } from '../motion/skeleton.js'
import { motionFromJson, motionToJson } from './json_motion.js'
import { signer } from './signer.testing.js'

const motion = signer(5)
const meta = { language: 'ASL', text: 'Wie geht’s "dir"?' }

describe('motion as JSON', () => {
  it('names fifty joints, each once', () => {
    expect(new Set(jointNames).size).toBe(JOINTS)
    expect([jointNames[0], jointNames[4], jointNames[9], jointNames[28], jointNames[29], jointNames[49]]).toEqual([
      'nose',
      'rightWrist',
      'leftThumb1',
      'leftLittle4',
      'rightHand',
      'rightLittle4',
    ])
  })

  it('comes back as it went', () => {
    const back = motionFromJson(motionToJson(motion, meta), 'a.json')
    expect([back.frames, back.fps, back.language, back.text]).toEqual([5, 25, meta.language, meta.text])
    back.joints.forEach((value, i) => {
      expect(Math.abs(value - motion.joints[i]!)).toBeLessThan(1e-5)
    })
  })

  it.each([
    ['{', 'wanted JSON'],
    ['[]', 'wanted an object'],
    ['{}', 'wanted format signllm-motion-1, got undefined'],
    [edited({ fps: '25' }), 'wanted fps above 0, got "25"'],
    [edited({ joints: ['nose'] }), 'wanted the 50 joints'],
    [edited({ text: 3 }), 'wanted language and text as strings'],
    [edited({ frames: 6 }), 'wanted 6 frames, got 5'],
    [edited({ frames: 0, data: [] }), 'at least one frame'],
    [edited({ frames: 1, data: [[1, 2]] }), 'frame 0: wanted 150 numbers, got 2'],
    [edited({ frames: 1, data: [Array(150).fill(null)] }), 'frame 0, number 0: wanted a number, got null'],
  ])('says what is wrong with %.30s', (source, message) => {
    expect(() => motionFromJson(source, 'a.json')).toThrow(message)
  })
})

function edited(change: object): string {
  return JSON.stringify({ ...(JSON.parse(motionToJson(motion, meta)) as object), ...change })
}
