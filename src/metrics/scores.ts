// The table every evaluation prints: the model beside the baselines it must beat, each score averaged over clips.

import { Random } from '../base/random.js'
import { formatTable } from '../base/table.js'
import type { Clip, Motion } from '../motion/clip.js'
import { isSkeleton } from '../motion/layout/layouts.js'
import { heldFrame, meanFrame, nearestNeighbour, randomClip } from './baselines.js'
import { dtw, dtwMje } from './dtw.js'
import { handDtw } from './hand_dtw.js'
import { handError, pathRatio } from './layout_dtw.js'
import { scoreLayoutPair } from './layout_scores.js'
import { boneLengthDeviation, durationRatio, meanOfNumbers, poseStdRatio, wristPathRatio } from './motion.js'
import { SeenPoints } from './seen_points.js'

export interface ScoredPair {
  /** What was signed. */
  readonly reference: Clip
  /** What the model made of the same text. */
  readonly hypothesis: Motion
}

export type ScoredName = 'model' | 'mean pose' | 'random clip' | 'nearest neighbour'

/** Scores of one motion, or their means over clips; NaN where no reference allows one. */
export interface MeanScores {
  /** L1 over 150 coordinates, a frame of the reference; lower is better. Of other layouts, over the coordinates of body and hands that were seen. */
  readonly dtw: number
  /** L1 over the 60 coordinates of each hand that signs in the reference, relative to its wrist, a frame and hand; see `handDtw`. Lower is better. */
  readonly handDtw: number
  /** Mean joint distance on the path, in normalised units; lower is better. */
  readonly dtwMje: number
  readonly wristPathRatio: number
  readonly durationRatio: number
  readonly poseStdRatio: number
  /** Standard deviation of a bone's length over time relative to its mean, averaged over the bones: 0 for a rigid skeleton. */
  readonly boneSpread: number
}

/** One line of the table. */
export interface ScoreRow extends MeanScores {
  readonly name: ScoredName
}

/**
 * Scores the model and three baselines on the same references. Baselines use the training clips of the reference's own language,
 * or all of them where that language has none. Throws ERR_DATA for a motion or a train split without frames.
 *
 * @param options the model's own scores of the pairs, where they are known; the seed of the random clips, default 27
 */
export function scoreMotions(
  pairs: readonly ScoredPair[],
  trainClips: readonly Clip[],
  { scores = pairs.map(scorePair), seed = 27 }: { readonly scores?: readonly MeanScores[]; readonly seed?: number } = {},
): ScoreRow[] {
  const languages = new Map([...new Set(pairs.map((pair) => pair.reference.language))].map((tag) => [tag, trainOf(tag, trainClips)]))
  const trained = (clip: Clip) => languages.get(clip.language)!
  const seeds = Random.for(seed, 'scores')

  const baselines: Record<Exclude<ScoredName, 'model'>, (pair: ScoredPair) => Motion> = {
    'mean pose': ({ reference }) => heldFrame(trained(reference).pose, reference),
    'random clip': ({ reference }) => randomClip(trained(reference).clips, seeds.bits()),
    'nearest neighbour': ({ reference }) => nearestNeighbour(trained(reference).clips, reference.text),
  }
  const rows = Object.entries(baselines).map(([name, motionOf]) => ({
    name: name as ScoredName,
    ...meanScores(pairs.map((pair) => scorePair({ reference: pair.reference, hypothesis: motionOf(pair) }))),
  }))
  return [{ name: 'model', ...meanScores(scores) }, ...rows]
}

/** Every score of one motion beside its reference, of whatever layout both are. Throws ERR_DATA for a motion without frames and for two layouts. */
export function scorePair({ reference, hypothesis }: { readonly reference: Motion; readonly hypothesis: Motion }): MeanScores {
  if (!isSkeleton(reference) || !isSkeleton(hypothesis)) return scoreLayoutPair({ reference, hypothesis })
  return {
    dtw: dtw(reference, hypothesis).distance,
    handDtw: handDtw(reference, hypothesis),
    dtwMje: dtwMje(reference, hypothesis),
    wristPathRatio: wristPathRatio(reference, hypothesis),
    durationRatio: durationRatio(reference, hypothesis),
    poseStdRatio: poseStdRatio(reference, hypothesis),
    boneSpread: boneLengthDeviation(hypothesis),
  }
}

/** How the hands move alone, of whatever layout. */
export function handAndWristScores({
  reference,
  hypothesis,
}: {
  readonly reference: Motion
  readonly hypothesis: Motion
}): Pick<MeanScores, 'handDtw' | 'wristPathRatio'> {
  if (isSkeleton(reference)) return { handDtw: handDtw(reference, hypothesis), wristPathRatio: wristPathRatio(reference, hypothesis) }
  const [a, b] = [new SeenPoints(reference), new SeenPoints(hypothesis)]
  return { handDtw: handError(a, b), wristPathRatio: pathRatio(a, b) }
}

/** The means of clips' scores, each over the clips that have it; NaN of none. */
export function meanScores(clips: readonly MeanScores[]): MeanScores {
  const average = (score: keyof MeanScores) => meanOfNumbers(clips.map((clip) => clip[score]))
  return {
    dtw: average('dtw'),
    handDtw: average('handDtw'),
    dtwMje: average('dtwMje'),
    wristPathRatio: average('wristPathRatio'),
    durationRatio: average('durationRatio'),
    poseStdRatio: average('poseStdRatio'),
    boneSpread: average('boneSpread'),
  }
}

/** The rows as a text table, columns lined up, one line a row; `-` where there is no number. */
export function formatScores(rows: readonly ScoreRow[]): string {
  const number = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : '-')
  const cells = [
    ['', 'DTW', 'hand DTW', 'DTW-MJE', 'wrist path', 'duration', 'pose std', 'bones'],
    ...rows.map((row) => [
      row.name,
      number(row.dtw, 2),
      number(row.handDtw, 2),
      number(row.dtwMje, 4),
      number(row.wristPathRatio, 2),
      number(row.durationRatio, 2),
      number(row.poseStdRatio, 2),
      number(row.boneSpread, 4),
    ]),
    ['ideal', '0', '0', '0', '1', '1', '1', '0'],
  ]
  return formatTable(cells)
}

function trainOf(language: string, trainClips: readonly Clip[]): { clips: readonly Clip[]; pose: Motion } {
  const own = trainClips.filter((clip) => clip.language === language)
  const clips = own.length > 0 ? own : trainClips
  return { clips, pose: meanFrame(clips) }
}
