// Every score of a pair of motions of one layout other than the 50 joints, by the points that were seen.

import { SignError } from '../base/errors.js'
import type { Motion } from '../motion/clip.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { alignedError, handError, pathRatio, signingPoints } from './layout_dtw.js'
import { durationRatio } from './motion.js'
import type { MeanScores } from './scores.js'
import { SeenPoints } from './seen_points.js'

/** Every score of one motion beside its reference, both of one layout; how much bones stretch is not told of layouts that have no lengths. Throws ERR_DATA for two layouts. */
export function scoreLayoutPair({ reference, hypothesis }: { readonly reference: Motion; readonly hypothesis: Motion }): MeanScores {
  const layout = layoutOfMotion(reference)
  const got = layoutOfMotion(hypothesis)
  if (got !== layout)
    throw new SignError('ERR_DATA', 'scores', `wanted two motions of ${layout.name}, got one of ${got.name}`, 'Convert one of them')
  const points = signingPoints(layout)
  const [a, b] = [new SeenPoints(reference), new SeenPoints(hypothesis)]
  return {
    dtw: alignedError(a, b, points, 'l1'),
    handDtw: handError(a, b),
    dtwMje: alignedError(a, b, points, 'l2'),
    wristPathRatio: pathRatio(a, b),
    durationRatio: durationRatio(reference, hypothesis),
    poseStdRatio: a.deviation(points) > 0 ? b.deviation(points) / a.deviation(points) : Number.NaN,
    boneSpread: Number.NaN,
  }
}
