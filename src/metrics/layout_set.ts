// The scores of a set of motions of another layout than the 50 joints beside its references: those of motion_set.ts, by the points that were seen.

import { SignError } from '../base/errors.js'
import type { Motion, NamedMotion } from '../motion/clip.js'
import { inPart, type Layout, type LayoutPart, type PartName, pointsOf } from '../motion/layout/layout.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import type { ScoredPart } from './body_parts.js'
import type { BoneSpread } from './bone_spread.js'
import { frameAlignedError, handError, layoutAlignment, pathRatio, signingPoints } from './layout_dtw.js'
import { durationRatio, mean, meanOfNumbers, SHOULDER_WIDTHS } from './motion.js'
import { SeenPoints } from './seen_points.js'
import { classScores, lengthClasses, type MotionSetScores, ratio, type ScoredClip, SLOWEST, worstOf } from './set_scores.js'
import type { Aligner } from './slrtp.js'

const partName: Readonly<Record<PartName, ScoredPart>> = {
  body: 'body',
  leftHand: 'left hand',
  rightHand: 'right hand',
  face: 'face',
}

/** A motion beside its reference. */
interface Pair {
  readonly reference: SeenPoints
  readonly motion: SeenPoints
}

/**
 * Scores `motions[i]` beside `references[i]`, all of one layout other than the 50 joints. Progressive Transformers' own score is of 50 joints, and NaN. Throws ERR_DATA for
 * two layouts, ERR_USAGE for fastdtw.
 */
export function scoreLayoutSet(motions: readonly Motion[], references: readonly NamedMotion[], align: Aligner): MotionSetScores {
  const layout = oneLayout([...references, ...motions])
  if (align !== 'exact') {
    const problem = `wanted motions of skeleton-50 for fastdtw, got those of ${layout.name}`
    throw new SignError('ERR_USAGE', 'motion scores', problem, 'Leave --fastdtw out, or convert them to the 50 joints')
  }
  const pairs = motions.map((motion, i): Pair => ({ reference: new SeenPoints(references[i]!), motion: new SeenPoints(motion) }))
  const points = signingPoints(layout)
  const alignments = pairs.map(({ reference, motion }) => layoutAlignment(reference, motion))
  const paths = pairs.map(({ reference, motion }) => frameAlignedError(reference, motion, points))
  const clips = pairs.map(
    ({ reference, motion }, i): ScoredClip => ({
      name: references[i]!.name,
      normalisedDtw: alignments[i]!.distance,
      handDtw: handError(reference, motion),
      dtwMje: paths[i]!.sum / paths[i]!.steps,
      wristPathRatio: pathRatio(reference, motion),
      speedRatio: speedRatio({ reference, motion }, points),
      poseStdRatio: ratio(motion.deviation(points), reference.deviation(points)),
      durationRatio: durationRatio(references[i]!, motions[i]!),
      repetition: motion.repetition(points),
    }),
  )
  const spreads = pairs.map(({ motion }) => boneSpread(motion, layout))
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
  return {
    ...classScores(clips),
    dtwMje: sum(paths.map((path) => path.sum)) / sum(paths.map(({ steps }) => steps)),
    progressiveDtw: Number.NaN,
    totalDistance: totalDistance(pairs, layout),
    boneSpread: { mean: meanOfNumbers(spreads.map((spread) => spread.mean)), worst: worstOf(spreads, references) },
    repetition: meanOfNumbers(clips.map((clip) => clip.repetition)),
    parts: Object.fromEntries(
      layout.parts.map((part) => {
        const own = pointsOf(part)
        const means = (measure: (points: SeenPoints, shown: readonly number[]) => number) =>
          ratio(
            meanOfNumbers(pairs.map(({ reference, motion }) => measure(motion, reference.shown(own)))),
            meanOfNumbers(pairs.map(({ reference }) => measure(reference, reference.shown(own)))),
          )
        return [
          partName[part.name],
          {
            normalisedDtw: meanOfNumbers(alignments.map((alignment) => alignment.distanceOf(own))),
            speedRatio: means(speed),
            poseStdRatio: means((points, shown) => (shown.length > 0 ? points.deviation(shown) : Number.NaN)),
            boneSpread: meanOfNumbers(spreads.map(({ parts }) => parts[partName[part.name]] ?? Number.NaN)),
          },
        ]
      }),
    ),
    lengths: lengthClasses(clips, references),
    clips,
  }
}

/** Throws ERR_DATA where motions are of several. */
function oneLayout(motions: readonly Motion[]): Layout {
  const [layout, other] = new Set(motions.map(layoutOfMotion))
  if (!other) return layout!
  const problem = `wanted motions of ${layout!.name}, got such of ${other.name}`
  throw new SignError('ERR_DATA', 'motion scores', problem, 'Convert one of them: signllm data convert --layout')
}

/** Mean speed of points from sighting to sighting, in shoulder widths a second; NaN of a single frame and of no points. */
const speed = (motion: SeenPoints, points: readonly number[]): number =>
  (mean(points.map((point) => motion.travelled(point))) / (motion.frames - 1)) * motion.fps * SHOULDER_WIDTHS

function speedRatio({ reference, motion }: Pair, points: readonly number[]): number {
  const shown = reference.shown(points)
  const wanted = speed(reference, shown)
  return wanted > SLOWEST ? speed(motion, shown) / wanted : Number.NaN
}

/** Path length of the wrists, a ratio of means over clips, averaged over both; NaN where a wrist moves in no reference. */
function totalDistance(pairs: readonly Pair[], { anchors }: Layout): number {
  const of = (wrist: number) =>
    ratio(mean(pairs.map(({ motion }) => motion.travelled(wrist))), mean(pairs.map(({ reference }) => reference.travelled(wrist))))
  return (of(anchors.leftWrist) + of(anchors.rightWrist)) / 2
}

/** How much bones stretch, as `boneSpread` has it of 50 joints, over the frames that show both of their ends. In a picture real ones do, where they turn towards the viewer. */
function boneSpread(motion: SeenPoints, { bones, parts, pointNames }: Layout): BoneSpread {
  const spreads = bones.map(({ parent, child }) => spreadOf(motion.lengths(parent, child)))
  const meanOf = (part: LayoutPart) => meanOfNumbers(bones.flatMap(({ child }, i) => (inPart(part, child) ? [spreads[i]!] : [])))
  let worst: BoneSpread['worst']
  for (const [i, spread] of spreads.entries())
    if (spread > (worst?.spread ?? Number.NEGATIVE_INFINITY))
      worst = { bone: `${pointNames[bones[i]!.parent]}–${pointNames[bones[i]!.child]}`, spread }
  return { mean: meanOfNumbers(spreads), worst, parts: Object.fromEntries(parts.map((part) => [partName[part.name], meanOf(part)])) }
}

/** Standard deviation over mean; NaN of no lengths, and where all are 0. */
function spreadOf(lengths: readonly number[]): number {
  const middle = mean(lengths)
  return middle > 0 ? Math.sqrt(mean(lengths.map((length) => (length - middle) ** 2))) / middle : Number.NaN
}
