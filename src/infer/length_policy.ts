// How a clip's length is decided.

import { SignError } from '../base/errors.js'
import { firstNonFinite } from '../base/finite.js'
import { roundedToEven } from '../base/rounded.js'
import { shown } from '../base/shown.js'
import type { PendingReports } from '../device/readback.js'
import { counterMode } from '../kernels/next_frame.js'
import { knowsLength, type ModelConfig } from '../model/config.js'
import { diverged } from './divergence.js'

/**
 * `self-counter`: the model's own progress counter, made monotone. `predicted-length`: the model says N before the first frame (by the durations
 * of its tokens, or a length head), the counter is then given. `oracle`: N is the reference's, for comparison with tables that leak it.
 * `auto`: `predicted-length` of a model that can, `self-counter` of any other.
 */
export type LengthPolicy = 'auto' | 'self-counter' | 'predicted-length' | 'oracle'
export const lengthPolicies: readonly LengthPolicy[] = ['auto', 'self-counter', 'predicted-length', 'oracle']

/** What `auto` is for a model. Throws ERR_USAGE for `self-counter` with one that predicts no counter. */
export function policyFor(
  policy: LengthPolicy,
  config: Pick<ModelConfig, 'lengthHead' | 'durations' | 'counterHead'>,
): Exclude<LengthPolicy, 'auto'> {
  if (policy === 'self-counter' && !config.counterHead) {
    const problem = 'wanted a model that predicts a counter for self-counter, got one that does not'
    throw new SignError('ERR_USAGE', 'generate', problem, 'Choose predicted-length, or oracle with the lengths of references')
  }
  if (policy !== 'auto') return policy
  return knowsLength(config) ? 'predicted-length' : 'self-counter'
}

/** Throws ERR_USAGE, naming those there are, for an unknown policy. */
export function checkPolicy(policy: LengthPolicy = 'auto'): void {
  if (lengthPolicies.includes(policy)) return
  const problem = `wanted a policy of ${lengthPolicies.join(', ')}, got ${shown(policy)}`
  throw new SignError('ERR_USAGE', 'generate', problem, 'Choose one of them')
}

export interface LengthRequest {
  readonly policy: Exclude<LengthPolicy, 'auto'>
  /** For `oracle`: the reference's length of each sentence. */
  readonly lengths: readonly number[] | undefined
  readonly batch: number
  readonly config: ModelConfig
  /** Whose lengths, for messages. */
  readonly language: string
}

/**
 * Frames of each sentence where the policy fixes them beforehand; only what the model says, which `encoded` reports, is waited for.
 * Throws ERR_USAGE for a policy that cannot be followed, ERR_DIVERGED for a predicted length that is not finite.
 */
export async function frameCounts(
  { policy, lengths, batch, config, language }: LengthRequest,
  encoded: PendingReports,
): Promise<number[] | undefined> {
  const { maxFrames } = config
  if (policy !== 'predicted-length') encoded.drop()
  if (policy === 'self-counter') return undefined
  if (policy === 'oracle') {
    const counts = lengths ? Array.from(lengths) : []
    if (counts.length === batch && counts.every((n) => Number.isInteger(n) && n > 0)) return counts.map((n) => Math.min(maxFrames, n))
    const got = lengths ? `[${counts.join(', ')}] for ${batch}` : 'none'
    const problem = `wanted a reference length for each sentence under policy oracle, got ${got}`
    throw new SignError('ERR_USAGE', 'generate', problem, 'Pass the frames of a reference for each: on the command line with --reference')
  }
  const [lengthReport] = await encoded.read()
  if (!lengthReport) {
    const problem = 'wanted a model that knows the length beforehand for predicted-length, got one that does not'
    throw new SignError('ERR_USAGE', 'generate', problem, 'Train with durations: true')
  }
  const head = new Float32Array(lengthReport)
  const at = firstNonFinite(head)
  if (at >= 0) throw diverged(`the model of ${language}`, `a length of ${head[at]}`)
  return Array.from({ length: batch }, (_, b) => framesTold(head[b * (head.length / batch)]!, config))
}

/** The frames that a length head, or the sum of durations, stands for. */
function framesTold(told: number, { lengthHead, lengthForm, minFrames, maxFrames }: ModelConfig): number {
  const frames = lengthHead && lengthForm === 'share' ? roundedToEven(Math.fround(told * maxFrames)) : Math.round(Math.exp(told))
  return Math.max(minFrames, Math.min(maxFrames, frames))
}

/** What `next_frame` follows for a sentence, `whole` being a whole clip on the model's counter: least step, given step, stop, mode. */
export function policyNumbers(
  count: number | undefined,
  { maxFrames, counterEnd }: Pick<ModelConfig, 'maxFrames' | 'counterEnd'>,
  whole: number,
): readonly [number, number, number, number] {
  if (count === undefined) return [whole / maxFrames, 0, whole, counterMode.own]
  const step = whole / (counterEnd === 'maxFrames' ? maxFrames : count)
  return [0, step, step * (count - 0.5), counterMode.given]
}
