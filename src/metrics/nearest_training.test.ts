import { describe, expect, it } from 'vitest'
import { resampleMotion } from '../data/motion_resample.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { COORDS } from '../motion/skeleton.js'
import { COPIED, nearestTraining } from './nearest_training.js'
import { normalisedDtw } from './normalised_dtw.js'

const { train, dev } = syntheticCorpus({ languages: ['GSL'], clipsPerLanguage: 40 })

describe('nearestTraining', () => {
  it('finds a copy that was slowed down, noised or cut, and calls none of unseen clips one', () => {
    const original = train[7]!
    const cut = { joints: original.joints.subarray(0, (original.frames - 2) * COORDS), frames: original.frames - 2 }
    const noised = { ...original, joints: original.joints.map((value, at) => value + 1e-3 * Math.sin(at)) }
    for (const copy of [original, resampleMotion(original, original.fps * 1.5), noised, cut]) {
      const [found] = nearestTraining([copy], train)
      expect(found!.name).toBe(original.name)
      expect(found!.distance).toBeLessThan(COPIED)
    }
    const unseen = { ...original, joints: original.joints.map((value, at) => value * (1 + 0.5 * Math.sin(at / COORDS))) }
    expect(nearestTraining([unseen], train)[0]!.distance).toBeGreaterThan(COPIED)
  })

  it('is as near as the nearest of all for nearly every clip', () => {
    const found = nearestTraining(dev, train)
    const missed = dev.filter((clip, i) => {
      const all = Math.min(...train.map((other) => normalisedDtw(other, clip).distance))
      return found[i]!.distance > all * 1.05
    })
    expect(missed.length).toBeLessThanOrEqual(dev.length / 4)
  })

  it('refuses to look among nothing', () => {
    expect(() => nearestTraining(dev, [])).toThrow('wanted training clips with frames, got none')
  })
})
