import { expect, it } from 'vitest'
import { toDwpose } from '../data/layouts/convert.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { presets } from '../model/config.js'
import { motionNumbers } from '../model/frame_columns.js'
import { shownMotion } from './shown_motion.js'

const [clip] = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 4, words: 8, wordsPerSentence: [2, 2] }).train.map((one) =>
  toDwpose(one),
)
const { confidence } = clip!
const config = { ...presets.signdw, scores: 'codes' as const, units: 'picture' as const }

/** The clip's frames as shares of a picture, `scores` beside them. */
function inPicture(shown = confidence!) {
  const joints = clip!.joints.map((value, i) => (shown[i >> 1]! > 0 ? 0.2 * value + (i % 2 === 0 ? 0.5 : 0.3) : 0))
  return motionNumbers({ ...clip!, joints, confidence: shown }, config)
}

it('brings what was placed in a picture to the scale of its layout', () => {
  const motion = shownMotion({ config }, { joints: inPicture(), frames: clip!.frames, fps: 24 })
  expect(motion).toMatchObject({ layout: 'dwpose-128', frames: clip!.frames, fps: 24 })
  expect(motion.confidence).toEqual(confidence)
  // Of the corpus' own frames each is in scale; the clip is by its medians.
  const worst = Math.max(...motion.joints.map((value, i) => Math.abs(value - clip!.joints[i]!)))
  expect(worst).toBeLessThan(0.02)
})

it('leaves it where it is if no frame shows the shoulders, and as numbers where it is of no layout', () => {
  const { frames } = clip!
  const hidden = inPicture(new Float32Array(confidence!.length))
  expect(shownMotion({ config }, { joints: hidden, frames, fps: 24 }).joints).toEqual(new Float32Array(frames * 256))
  const odd = { joints: new Float32Array(30 * frames), frames, fps: 24 }
  expect(shownMotion({ config: { ...config, numbers: 30 } }, odd)).toBe(odd)
})
