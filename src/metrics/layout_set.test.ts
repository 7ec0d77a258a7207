import { describe, expect, it } from 'vitest'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import type { Clip, NamedMotion } from '../motion/clip.js'
import { layoutOfMotion, layouts } from '../motion/layout/layouts.js'
import { jointPoints, toDwpose } from '../motion/layout/to_dwpose.js'
import { scoreLayoutSet } from './layout_set.js'
import { scoreSet } from './motion_set.js'
import { nearestTraining } from './nearest_training.js'

const { train, dev } = syntheticCorpus({ languages: ['GSL'], clipsPerLanguage: 30 })
/** Without depth, which a picture has not. */
const flat = (clip: Clip): Clip => ({ ...clip, joints: clip.joints.map((value, i) => (i % 3 === 2 ? 0 : value)) })
const clips = dev.slice(0, 3).map(flat)
const seen = clips.map((clip) => toDwpose(clip))
const others = seen.map((_, i) => seen[(i + 1) % seen.length]!)
const { points } = layouts['dwpose-128']

/** A motion with some points unseen in some frames, their coordinates `value`. */
function hidden<M extends NamedMotion>(motion: M, of: readonly number[], { from = 0, value = 0 } = {}): M {
  const joints = motion.joints.slice()
  const confidence = motion.confidence!.slice()
  for (let t = from; t < motion.frames; t++)
    for (const point of of) {
      confidence[t * points + point] = 0
      joints.fill(value, (t * points + point) * 2, (t * points + point) * 2 + 2)
    }
  return { ...motion, joints, confidence }
}

const hand = (first: number) => Array.from({ length: 21 }, (_, i) => first + i)
const [leftHand, rightHand, face] = [hand(18), hand(39), Array.from({ length: 68 }, (_, i) => 60 + i)]

describe('scores of a set of motions of another layout', () => {
  it('are those of the 50 joints where these are all that was seen', () => {
    const ours = scoreSet(
      clips.map((_, i) => clips[(i + 1) % clips.length]!),
      clips,
      'exact',
    )
    const theirs = scoreSet(others, seen, 'exact')
    for (const score of ['normalisedDtw', 'dtwMje', 'totalDistance', 'wristPathRatio', 'durationRatio'] as const)
      expect(theirs[score], score).toBeCloseTo(ours[score], 6)
    expect(theirs.speedRatio).toBeCloseTo(ours.speedRatio, 6)
    expect(theirs.parts['left hand']!.normalisedDtw).toBeCloseTo(ours.parts['left hand']!.normalisedDtw, 6)
    expect(theirs.repetition).toBeCloseTo(ours.repetition, 6)
    expect(theirs.progressiveDtw).toBeNaN()
  })

  it('are perfect of the references themselves, and a part that nobody saw has none', () => {
    const scores = scoreLayoutSet(seen, seen, 'exact')
    expect([scores.normalisedDtw, scores.dtwMje, scores.handDtw]).toEqual([0, 0, 0])
    expect([scores.totalDistance, scores.speedRatio, scores.poseStdRatio]).toEqual([1, 1, 1])
    expect(Object.keys(scores.parts)).toEqual(['body', 'left hand', 'right hand', 'face'])
    expect(scores.parts.face!.normalisedDtw).toBeNaN()
  })

  it('ask for nothing that the reference does not show, whatever stands there', () => {
    const references = seen.map((clip) => hidden(clip, rightHand, { from: 4, value: Number.NaN }))
    const scores = scoreLayoutSet(seen, references, 'exact')
    expect(scores.normalisedDtw).toBe(0)
    expect(scores.dtwMje).toBe(0)
    const hypotheses = seen.map((clip) => hidden(clip, leftHand, { value: Number.NaN }))
    for (const score of [scoreLayoutSet(hypotheses, seen, 'exact'), scoreLayoutSet(others, references, 'exact')])
      expect([score.normalisedDtw, score.speedRatio, score.poseStdRatio, score.repetition].every(Number.isFinite)).toBe(true)
  })

  it('count a point that is missing in the hypothesis alone as a shoulder width', () => {
    const scores = scoreLayoutSet(
      seen.map((clip) => hidden(clip, leftHand)),
      seen,
      'exact',
    )
    expect(scores.parts['left hand']!.normalisedDtw).toBeCloseTo(1, 6)
    expect(scores.parts['right hand']!.normalisedDtw).toBe(0)
    expect(scores.normalisedDtw).toBeCloseTo(21 / jointPoints.length, 6)
  })

  it('have a face by itself, which does not count in the whole', () => {
    const withFace = (clip: NamedMotion, shift: number): NamedMotion => {
      const joints = clip.joints.slice()
      const confidence = clip.confidence!.slice()
      for (let t = 0; t < clip.frames; t++)
        for (const point of face) {
          confidence[t * points + point] = 1
          joints[(t * points + point) * 2] = shift
        }
      return { ...clip, joints, confidence }
    }
    const scores = scoreLayoutSet(
      seen.map((clip) => withFace(clip, 0.1)),
      seen.map((clip) => withFace(clip, 0)),
      'exact',
    )
    expect(scores.normalisedDtw).toBe(0)
    expect(scores.parts.face!.normalisedDtw).toBeCloseTo(0.3, 6)
  })

  it('tell how much bones stretch by the frames that show both of their ends', () => {
    const scores = scoreLayoutSet(
      seen.map((clip) => hidden(clip, leftHand, { from: 1, value: Number.NaN })),
      seen,
      'exact',
    )
    expect(scores.parts['left hand']!.boneSpread).toBe(0)
    expect(scores.parts['right hand']!.boneSpread).toBeGreaterThan(0)
  })

  it('are of one layout, and align exactly', () => {
    expect(() => scoreLayoutSet(clips, seen, 'exact')).toThrow('wanted motions of dwpose-128, got such of skeleton-50')
    expect(() => scoreLayoutSet(seen, seen, 'fastdtw')).toThrow('wanted motions of skeleton-50 for fastdtw, got those of dwpose-128')
  })
})

it('the nearest training clip of other layouts is found by the points that both show', () => {
  const trained = train.map((clip) => toDwpose(flat(clip)))
  const copy = hidden(trained[5]!, face, { value: Number.NaN })
  expect(nearestTraining([copy], trained)).toEqual([{ name: trained[5]!.name, distance: 0 }])
  expect(layoutOfMotion(copy).name).toBe('dwpose-128')
})
