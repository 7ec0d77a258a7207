// The Priority Learning Channel (PLC): which clips an epoch visits. Clips the model already signs well are visited more, those far
// behind are left for later. The paper leaves its numbers open; these definitions are the ones under which its sentences make sense.
//
//   e_i   a clip's error when last visited: mean over its own frames and 150 coordinates
//   m     the median error of the last epoch
//   R_i   = 2^(−e_i/m), in (0, 1], a half at the median
//   P(i)  = (1−ε)·R_i^η / Σ_j R_j^η + ε/|S|
//
// By error alone it starves long clips, whose errors are larger: `priority_rewards.ts` has two other rewards to draw by.

import type { Random } from '../../base/random.js'
import { lengthThirds, thirdNames } from './length_thirds.js'
import { type Priority, type RewardedClips, rewardedClips, type VisitedErrors } from './priority_rewards.js'

/**
 * How rewards steer training.
 *
 * - `mse`: not at all
 * - `rl`: not at all either, since the paper's RL loss has the gradient of the mean squared error; rewards are logged
 * - `rl+plc`: clips are drawn by P(i), and draws with R < ½ are skipped, or as `priority` says
 * - `plc-literal`: the paper's formula with its negative rewards, which is P ∝ e: the worst clips first
 * - `rwr`: every clip once, weighted within its batch by softmax(η·R): reward-weighted regression
 * - `reinforce`: the score-function gradient of a Gaussian policy about the prediction; for study
 */
export const rewardModes = ['mse', 'rl', 'rl+plc', 'plc-literal', 'rwr', 'reinforce'] as const
export type RewardMode = (typeof rewardModes)[number]

/** Whether rewards are compared within a batch, so that it cannot go through in parts. */
export const weighsBatches = (mode: RewardMode): boolean => mode === 'rwr' || mode === 'reinforce'

export interface PrioritySettings {
  readonly mode: RewardMode
  /** What `rl+plc` draws and skips by. */
  readonly priority: Priority
  /** η, how much more a higher reward is drawn. */
  readonly intensity: number
  /** ε, the share of draws that ask for no reward. */
  readonly uniform: number
  /** Epochs at the start that visit every clip once. */
  readonly warmup: number
  /** Epochs after them over which η grows from 0. */
  readonly ramp: number
  /** Every so many epochs after the warm-up visit every clip once, for errors grow stale. */
  readonly refresh: number
  /** At most this share of an epoch's draws is skipped. */
  readonly maxSkip: number
}

/** One language's epoch: indices of clips to visit, some perhaps more than once, and of draws that were skipped. */
export interface EpochDraw {
  readonly clips: readonly number[]
  readonly skipped: readonly number[]
}

/** P(i) for each reward; they sum to 1. Uniform where all rewards are 0. */
export function probabilities(
  rewards: readonly number[],
  { intensity, uniform }: Pick<PrioritySettings, 'intensity' | 'uniform'>,
): number[] {
  const powers = rewards.map((reward) => reward ** intensity)
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => (sum > 0 ? ((1 - uniform) * power) / sum : (1 - uniform) / rewards.length) + uniform / rewards.length)
}

/** Draws an epoch of one language. A clip that was never visited counts as reward 1. */
export function drawEpoch(errors: VisitedErrors, settings: PrioritySettings, epoch: number, random: Random): EpochDraw {
  const all = errors.last.map((_, i) => i)
  const intensity = intensityAt(epoch, settings)
  if (intensity === undefined) return { clips: all, skipped: [] }
  const { mode, uniform, maxSkip, priority } = settings
  if (mode === 'plc-literal') return { clips: drawByWeight(literal(errors.last, { intensity, uniform }), all.length, random), skipped: [] }
  const draws = rewardedClips(errors, priority).map((rewarded) => drawAmong(rewarded, { intensity, uniform, maxSkip }, random))
  return { clips: draws.flatMap(({ clips }) => clips), skipped: draws.flatMap(({ skipped }) => skipped) }
}

/** As many draws as there are clips; the poor among them are skipped, up to their share. */
function drawAmong(
  { clips: from, rewards, isPoor }: RewardedClips,
  { maxSkip, ...weighing }: Pick<PrioritySettings, 'intensity' | 'uniform' | 'maxSkip'>,
  random: Random,
): EpochDraw {
  const drawn = drawByWeight(probabilities(rewards, weighing), from.length, random)
  const most = Math.floor(maxSkip * drawn.length)
  const clips: number[] = []
  const skipped: number[] = []
  for (const i of drawn) (isPoor(rewards[i]!) && skipped.length < most ? skipped : clips).push(from[i]!)
  return { clips, skipped }
}

/** P ∝ e; a clip that was never visited has the mean error of those that were. */
function literal(errors: readonly number[], weighing: Pick<PrioritySettings, 'intensity' | 'uniform'>): number[] {
  const seen = errors.filter((error) => !Number.isNaN(error))
  const mean = seen.reduce((sum, error) => sum + error, 0) / Math.max(1, seen.length)
  return probabilities(
    errors.map((error) => (Number.isNaN(error) ? mean : error)),
    weighing,
  )
}

/**
 * Share of an epoch's draws that were skipped: of all, and of the shortest, middle and longest third of the clips by rank.
 * Skipping the worse half starves what is hard, and long sentences are: this tells.
 */
export function skipRates({ clips, skipped }: EpochDraw, frames: readonly number[]): Record<'all' | (typeof thirdNames)[number], number> {
  const thirds = lengthThirds(frames)
  const rate = (belongs: (clip: number) => boolean) => {
    const [out, visited] = [skipped.filter(belongs).length, clips.filter(belongs).length]
    return out / Math.max(1, out + visited)
  }
  const [short, middle, long] = thirdNames.map((_, third) => rate((clip) => thirds[clip] === third)) as [number, number, number]
  return { all: rate(() => true), short, middle, long }
}

/** Whether a mode draws at all. */
export const drawsClips = (mode: RewardMode): boolean => mode === 'rl+plc' || mode === 'plc-literal'

/** η of an epoch; undefined for one that visits every clip once. */
function intensityAt(epoch: number, { mode, intensity, warmup, ramp, refresh }: PrioritySettings): number | undefined {
  const since = epoch - warmup
  if (!drawsClips(mode) || since < 0 || (since + 1) % refresh === 0) return undefined
  return intensity * Math.min(1, (since + 1) / Math.max(1, ramp))
}

/** `count` indices drawn with replacement, by binary search over running sums. */
function drawByWeight(weights: readonly number[], count: number, random: Random): number[] {
  let sum = 0
  const sums = weights.map((weight) => (sum += weight))
  return Array.from({ length: count }, () => {
    const at = random.uniform() * sum
    let [low, high] = [0, sums.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! <= at) low = middle + 1
      else high = middle
    }
    return low
  })
}
