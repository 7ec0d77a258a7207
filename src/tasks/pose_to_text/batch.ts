// A batch of signed texts as the arrays a training step is fed.

import { frameArrays } from '../../infer/pose_reader.js'
import { MOST_LABELS } from '../../kernels/ctc_states.js'
import type { PoseToTextConfig } from '../../model/pose_to_text.js'
import { specialId } from '../../text/vocabulary.js'
import type { AugmentedFrames } from '../../train/pose_augment.js'
import type { BatchShape } from '../../train/task.js'
import { type Looked, tokenArrays } from '../../train/tokens.js'

/** A clip as numbers and ids. */
export interface SignedIds extends AugmentedFrames {
  /** Classes of CTC. */
  readonly labels: Uint32Array
  /** Words with the closing token; empty where nothing is translated. */
  readonly words: Uint32Array
}

/** A batch's padded sizes: tokens or labels, whichever are more, are the target, frames the source. */
export type SignedShape = Omit<BatchShape, 'group'>

export interface SignedSettings {
  readonly config: Pick<PoseToTextConfig, 'numbers' | 'maxFrames' | 'maxTokens'>
  /** λ_R and λ_T. */
  readonly loss: { readonly recognition: number; readonly translation: number }
  /** Clips of the whole batch that these are a part of, and tokens of its longest sentence with the closing one. */
  readonly whole: number
  readonly longest: number
}

/** The decoder is `given` words. */
export interface SignedArrays extends Looked<'given', Uint32Array> {
  /** [B, T, numbers rounded up to 4] */
  readonly frames: Float32Array
  readonly frameLengths: Uint32Array
  /** [B·T] */
  readonly at: Uint32Array
  readonly labels: Uint32Array
  readonly labelLengths: Uint32Array
  /** Each clip's share of CTC. */
  readonly labelCoefficient: Float32Array
  readonly givenLengths: Uint32Array
  readonly wordAt: Uint32Array
  readonly goal: Uint32Array
  /** Each token's share of the cross-entropy. */
  readonly coefficient: Float32Array
}

/** Labels that a clip of a batch has room for. */
export const labelRoom = (target: number): number => Math.min(target, MOST_LABELS)

/**
 * Lays out a batch. The decoder is given `<s>` and the words, and is to predict the words and `</s>`.
 *
 * As in the released code the batch, not the sentence, is cut by its last column: every sentence but the longest is given its `</s>` too. Nothing is
 * to be predicted there, but the row counts in the batch's statistics, and those of released checkpoints were made so.
 */
export function signedArrays(
  clips: readonly SignedIds[],
  { batch, source: frameCount, target }: SignedShape,
  { config, loss, whole, longest }: SignedSettings,
): SignedArrays {
  const room = labelRoom(target)
  const labels = new Uint32Array(batch * room)
  const given = new Uint32Array(batch * target).fill(specialId.padding)
  const goal = new Uint32Array(batch * target).fill(specialId.padding)
  clips.forEach((clip, b) => {
    labels.set(clip.labels, b * room)
    given.set([specialId.start, ...clip.words].slice(0, longest), b * target)
    goal.set(clip.words, b * target)
  })
  return {
    ...frameArrays(clips, { rows: batch, length: frameCount }, config),
    labels,
    labelLengths: Uint32Array.from(clips, (clip) => clip.labels.length),
    labelCoefficient: Float32Array.from(clips, (clip) => loss.recognition / (whole * Math.max(1, clip.labels.length))),
    ...tokenArrays('given', given, specialId.padding),
    givenLengths: Uint32Array.from(clips, (clip) => Math.min(clip.words.length + 1, longest)),
    wordAt: Uint32Array.from({ length: batch * target }, (_, row) => Math.min(row % target, config.maxTokens - 1)),
    goal,
    coefficient: Float32Array.from(goal, (id) => (id === specialId.padding ? 0 : loss.translation / whole)),
  }
}
