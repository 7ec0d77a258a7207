import { describe, expect, it } from 'vitest'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { COORDS, joint } from '../motion/skeleton.js'
import { partBones, partJoints, scoredParts } from './body_parts.js'
import { boneSpread } from './bone_spread.js'
import { boneLengthDeviation } from './motion.js'

const clip = syntheticCorpus({ languages: ['LSA'], clipsPerLanguage: 10 }).train[0]!

describe('parts of the body', () => {
  it('share no joint and no bone, and leave out only head, neck and shoulders', () => {
    const joints = scoredParts.flatMap((part) => partJoints[part])
    const bones = scoredParts.flatMap((part) => partBones[part])
    expect([new Set(joints).size, joints.length]).toEqual([48, 48])
    expect([new Set(bones).size, bones.length]).toEqual([46, 46])
  })
})

describe('boneSpread', () => {
  it('is 0 for a rigid skeleton', () => {
    const { mean, parts } = boneSpread(clip)
    for (const spread of [mean, ...Object.values(parts)]) expect(spread).toBeLessThan(1e-5)
  })

  it('names the bone that stretches, and the part it is in', () => {
    const joints = clip.joints.slice()
    const tip = joint.rightHand + 20
    for (let t = 0; t < clip.frames; t += 2) joints[t * COORDS + tip * 3]! += 0.05
    const { mean, worst, parts } = boneSpread({ ...clip, joints })
    expect(worst?.bone).toBe('rightLittle3–rightLittle4')
    expect(parts['right hand']).toBeCloseTo(worst!.spread / 20, 4)
    expect([parts.arms, parts['left hand']].every((spread) => spread < 1e-5)).toBe(true)
    expect(mean).toBe(boneLengthDeviation({ ...clip, joints }))
  })

  it('has no number where no bone has a length', () => {
    expect(boneSpread({ joints: new Float32Array(COORDS), frames: 1 })).toMatchObject({ mean: Number.NaN, worst: undefined })
  })
})
