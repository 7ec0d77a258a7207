import { describe, expect, it } from 'vitest'
import { resampleMotion } from '../data/motion_resample.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { COORDS, joint } from '../motion/skeleton.js'
import { motionScores } from './motion_scores.js'
import { formatMotionScores } from './motion_table.js'

const { train, dev } = syntheticCorpus({ languages: ['GSL'], clipsPerLanguage: 30 })
const same = dev.map((reference) => ({ reference, hypothesis: reference }))
const perfect = motionScores(same)
const rowOf = ({ rows }: typeof perfect, name: string) => rows.find((row) => row.name === name)!

describe('motionScores', () => {
  it('gives the references themselves perfect scores', () => {
    const { clips, lengths, ...row } = perfect.rows[0]!
    expect(row).toMatchObject({ name: 'hypotheses', normalisedDtw: 0, handDtw: 0, dtwMje: 0, progressiveDtw: 0, totalDistance: 1 })
    for (const ratio of [row.wristPathRatio, row.speedRatio, row.poseStdRatio, row.durationRatio]) expect(ratio).toBe(1)
    expect(clips.map(({ name }) => name)).toEqual(dev.map(({ name }) => name))
    expect(lengths.reduce((sum, { clips: count }) => sum + count, 0)).toBe(dev.length)
    expect({ ...perfect.rows[0], name: 'references' }).toEqual(rowOf(perfect, 'references'))
  })

  it('never goes without baselines, and shows standing still for what it is', () => {
    const still = rowOf(perfect, 'still pose')
    expect(still.totalDistance).toBeCloseTo(0, 6)
    expect(still).toMatchObject({ wristPathRatio: 0, speedRatio: 0, poseStdRatio: 0, durationRatio: 1, repetition: Number.NaN })
    expect(still.boneSpread.mean).toBeLessThan(1e-6)
    const other = rowOf(perfect, 'another reference')
    expect(other.speedRatio).toBeGreaterThan(0.5)
    // Why the ratios stand beside it: DTW likes a still pose better than real signing of another sentence.
    expect(other.normalisedDtw).toBeGreaterThan(0)
    expect(motionScores([same[0]!]).rows.map(({ name }) => name)).toEqual(['hypotheses', 'still pose', 'references'])
  })

  it('tells the part that is wrong', () => {
    const moved = same.map(({ reference }) => {
      const joints = reference.joints.slice()
      for (let t = 0; t < reference.frames; t++) for (let j = joint.leftHand; j < joint.rightHand; j++) joints[t * COORDS + j * 3]! += 0.01
      return { reference, hypothesis: { ...reference, joints } }
    })
    const { parts, normalisedDtw, handDtw } = motionScores(moved).rows[0]!
    expect(parts['left hand']!.normalisedDtw).toBeCloseTo(0.03, 5)
    expect([parts.arms!.normalisedDtw, parts['right hand']!.normalisedDtw]).toEqual([0, 0])
    // Its root moved along with it.
    expect(handDtw).toBeCloseTo(0, 5)
    expect(normalisedDtw).toBeCloseTo((0.03 * 21) / 50, 5)
  })

  it('shows copies beside how near real unseen clips come', () => {
    const { nearestTraining } = motionScores([{ reference: dev[0]!, hypothesis: train[3]! }], { train })
    expect(nearestTraining!.hypotheses).toMatchObject({ mean: 0, copied: 1, clips: [{ name: train[3]!.name }] })
    expect(nearestTraining!.references.copied).toBe(0)
    expect(nearestTraining!.references.mean).toBeGreaterThan(0)
  })

  it('signs every score with how it was computed and of what', () => {
    const { signatures } = motionScores(same, { align: 'fastdtw' })
    const of = `norm:neck-shoulder-3|joints:50|fps:25|n:${dev.length}`
    for (const signature of Object.values(signatures)) expect(signature).toContain(of)
    expect(signatures.dtwMje).toBe(`dtw-mje|align:fastdtw|cost:l2-frame|mean:all-aligned-frames|${of}`)
    expect(signatures.normalisedDtw).toContain('align:exact')
    expect(signatures.handDtw).toContain('|hands:that-sign-in-reference(wrist-path>0.02,or-fingers-std>0.005)|per:reference-frame,hand|')
    const { name: _, parts: __, lengths: ___, clips: ____, ...scores } = perfect.rows[0]!
    expect(Object.keys(signatures).sort()).toEqual([...Object.keys(scores), 'nearestTraining'].sort())
  })

  it('refuses no pairs, and by the name of the clip two frame rates, no frames and what is not finite', () => {
    expect(() => motionScores([])).toThrow('wanted at least one pair')
    const reference = dev[0]!
    expect(() => motionScores([{ reference, hypothesis: resampleMotion(reference, 50) }])).toThrow(
      `${reference.name}: wanted 25 frames per second as the reference has, got 50`,
    )
    const broken = { ...reference, joints: reference.joints.with(3, Number.NaN) }
    expect(() => motionScores([{ reference, hypothesis: broken }])).toThrow(
      `hypothesis for ${reference.name}: wanted finite coordinates, got NaN in frame 0, joint 1 x`,
    )
    const none = { joints: new Float32Array(), frames: 0, fps: 25 }
    expect(() => motionScores([{ reference, hypothesis: none }])).toThrow(`hypothesis for ${reference.name}: wanted at least one frame`)
  })
})

describe('formatMotionScores', () => {
  it('prints hypotheses, baselines, parts, lengths and signatures', () => {
    const text = formatMotionScores(motionScores(same, { train }))
    for (const part of [
      'hypotheses ',
      'still pose ',
      'another reference ',
      'references ',
      'left hand ',
      'by length',
      'copied)',
      'n-DTW',
      'hand DTW',
    ])
      expect(text).toContain(part)
    expect(text).toMatch(/nearest-training\|.*train:\d+/)
    const still = text.split('\n').find((line) => line.startsWith('still pose'))!
    expect(still.trim().endsWith('-')).toBe(true)
    expect(formatMotionScores(perfect)).not.toContain('nearest')
  })
})
