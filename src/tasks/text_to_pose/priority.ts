// The Priority Learning Channel (PLC): which clips an epoch visits. Clips the model already signs well are visited more, those far
// behind are left for later. The paper leaves its numbers open; these definitions are the ones under which its sentences make sense.
//
//   e_i   a clip's error when last visited: mean over its own frames and 150 coordinates
//   m     the median error of the last epoch
//   R_i   = 2^(−e_i/m), in (0, 1], a half at the median
//   P(i)  = (1−ε)·R_i^η / Σ_j R_j^η + ε/|S|

import type { Random } from '../../base/random.js'

/**
 * How rewards steer training.
 *
 * - `mse`: not at all
 * - `rl`: not at all either, since the paper's RL loss has the gradient of the mean squared error; rewards are logged
 * - `rl+plc`: clips are drawn by P(i), and draws with R < ½ are skipped
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

/** 2^(−error/median); 1 while nothing has been seen. */
export function rewardOf(error: number, median: number): number {
  return median > 0 ? 2 ** (-error / median) : 1
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

/**
 * Draws an epoch of one language.
 *
 * @param errors of every clip at its last visit, NaN for one that was never visited, which counts as reward 1
 */
export function drawEpoch(errors: readonly number[], median: number, settings: PrioritySettings, epoch: number, random: Random): EpochDraw {
  const all = errors.map((_, i) => i)
  const intensity = intensityAt(epoch, settings)
  if (intensity === undefined) return { clips: all, skipped: [] }
  const seen = errors.filter((error) => !Number.isNaN(error))
  const mean = seen.reduce((sum, error) => sum + error, 0) / Math.max(1, seen.length)
  if (settings.mode === 'plc-literal') {
    const literal = probabilities(
      errors.map((error) => (Number.isNaN(error) ? mean : error)),
      { intensity, uniform: settings.uniform },
    )
    return { clips: drawByWeight(literal, all.length, random), skipped: [] }
  }
  const rewards = errors.map((error) => (Number.isNaN(error) ? 1 : rewardOf(error, median)))
  const drawn = drawByWeight(probabilities(rewards, { intensity, uniform: settings.uniform }), all.length, random)
  const most = Math.floor(settings.maxSkip * drawn.length)
  const clips: number[] = []
  const skipped: number[] = []
  for (const i of drawn) (rewards[i]! < 0.5 && skipped.length < most ? skipped : clips).push(i)
  return { clips, skipped }
}

/**
 * Share of an epoch's draws that were skipped: of all, and of the shortest, middle and longest third of the clips by rank.
 * Skipping the worse half starves what is hard, and long sentences are: this tells.
 */
export function skipRates({ clips, skipped }: EpochDraw, frames: readonly number[]): Record<'all' | 'short' | 'middle' | 'long', number> {
  const ranked = frames.map((_, i) => i).sort((a, b) => frames[a]! - frames[b]! || a - b)
  const third = new Array<number>(frames.length)
  ranked.forEach((clip, rank) => {
    third[clip] = Math.min(2, Math.floor((3 * rank) / frames.length))
  })
  const rate = (belongs: (clip: number) => boolean) => {
    const [out, visited] = [skipped.filter(belongs).length, clips.filter(belongs).length]
    return out / Math.max(1, out + visited)
  }
  return {
    all: rate(() => true),
    short: rate((clip) => third[clip] === 0),
    middle: rate((clip) => third[clip] === 1),
    long: rate((clip) => third[clip] === 2),
  }
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
