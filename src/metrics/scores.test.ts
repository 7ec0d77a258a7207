import { describe, expect, it } from 'vitest'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { COORDS, joint } from '../motion/skeleton.js'
import { formatScores, type ScoreRow, scoreMotions } from './scores.js'

const { train, dev } = syntheticCorpus({ languages: ['GSL', 'DSGS'], clipsPerLanguage: 30 })
const rows = scoreMotions(
  dev.map((reference) => ({ reference, hypothesis: reference })),
  train,
)
const row = (name: ScoreRow['name']) => rows.find((candidate) => candidate.name === name)!

describe('scoreMotions', () => {
  it('gives a perfect model perfect scores', () => {
    const perfect = { dtw: 0, handDtw: 0, dtwMje: 0, wristPathRatio: 1, durationRatio: 1, poseStdRatio: 1 }
    expect(row('model')).toEqual({ name: 'model', ...perfect, boneSpread: expect.closeTo(0, 5) })
  })

  it('shows a still pose for what it is', () => {
    const still = row('mean pose')
    expect(still.durationRatio).toBe(1)
    expect(still.wristPathRatio).toBe(0)
    expect(still.poseStdRatio).toBe(0)
    expect(still.dtw).toBeGreaterThan(0)
  })

  it('tells stretching fingers, which the DTW of whole bodies hardly sees', () => {
    const stretched = dev.map((reference) => ({
      reference,
      hypothesis: {
        ...reference,
        joints: reference.joints.map((value, i) => {
          const [frame, index, axis] = [Math.floor(i / COORDS), Math.floor((i % COORDS) / 3), i % 3]
          const root = index > joint.rightHand ? joint.rightHand : joint.leftHand
          if (index <= joint.leftHand || index === joint.rightHand) return value
          const from = reference.joints[frame * COORDS + root * 3 + axis]!
          return from + (value - from) * (frame % 2 === 0 ? 0.8 : 1.2)
        }),
      },
    }))
    const [model, still] = scoreMotions(stretched, train) as [ScoreRow, ScoreRow]
    expect(model.boneSpread).toBeCloseTo((0.2 * 40) / 49, 1)
    expect(still.boneSpread).toBeLessThan(1e-5)
    expect(model.handDtw / still.handDtw).toBeGreaterThan(2 * (model.dtw / still.dtw))
  })

  it('lets real motion move about as much as real motion', () => {
    for (const name of ['random clip', 'nearest neighbour'] as const) {
      expect(row(name).poseStdRatio).toBeGreaterThan(0.5)
      expect(row(name).dtwMje).toBeGreaterThan(0)
    }
    expect(row('nearest neighbour').dtwMje).toBeLessThan(row('random clip').dtwMje)
  })

  it('draws baselines from the language of the reference', () => {
    // Shared German texts: a neighbour from the wrong language would be found first and differ.
    const reference = train.find((clip) => clip.language === 'DSGS')!
    const twin = { ...train[0]!, text: reference.text }
    const scores = scoreMotions([{ reference, hypothesis: reference }], [twin, ...train])
    expect(scores.find((score) => score.name === 'nearest neighbour')!.dtw).toBe(0)
  })

  it('repeats itself', () => {
    expect(scoreMotions([{ reference: dev[0]!, hypothesis: dev[1]! }], train, { seed: 3 })).toEqual(
      scoreMotions([{ reference: dev[0]!, hypothesis: dev[1]! }], train, { seed: 3 }),
    )
  })
})

describe('formatScores', () => {
  it('lines columns up and shows a missing number as a dash', () => {
    const table = formatScores([
      {
        name: 'model',
        dtw: 10.604,
        handDtw: 1.5,
        dtwMje: 0.12345,
        wristPathRatio: Number.NaN,
        durationRatio: 1,
        poseStdRatio: 0.5,
        boneSpread: 0.2,
      },
      {
        name: 'nearest neighbour',
        dtw: 9,
        handDtw: 0.25,
        dtwMje: 0.1,
        wristPathRatio: 1,
        durationRatio: 1,
        poseStdRatio: 1,
        boneSpread: 0,
      },
    ])
    expect(table).toBe(
      [
        '                     DTW  hand DTW  DTW-MJE  wrist path  duration  pose std   bones',
        'model              10.60      1.50   0.1235           -      1.00      0.50  0.2000',
        'nearest neighbour   9.00      0.25   0.1000        1.00      1.00      1.00  0.0000',
        'ideal                  0         0        0           1         1         1       0',
      ].join('\n'),
    )
  })
})
