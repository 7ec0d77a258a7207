// What a training that reads signing shows its model: poses, or pictures; and the clips that it validates with, as what reads signing takes them.

import type { Recorder } from '../../device/program.js'
import type { PoseFrames } from '../../infer/pose_reader.js'
import type { RecordedSigns } from '../../infer/sign_reader.js'
import type { EncoderShape } from '../../infer/source_encoder.js'
import type { BatchPlan } from '../batches.js'
import type { HostArrays } from '../task.js'

/** A clip, as the sentences of a batch and messages need it. */
export interface SignedExample {
  readonly name: string
  readonly text: string
  readonly language: string
  readonly frames: number
}

/** `Clip`: what is known of each clip beside its frames. */
export interface Signing<Clip extends SignedExample = SignedExample> {
  /** Clips to learn from. */
  readonly clips: readonly Clip[]
  /** The most frames that a clip is shown in. */
  mostFrames(example: number): number
  /** Records what is written of a batch of clips. */
  record(recorder: Recorder, shape: EncoderShape): RecordedSigns
  /** Fetches the frames of a batch that are not in memory. */
  prepare?(batch: BatchPlan, epoch: number): Promise<void>
  /** Clips of a batch that was prepared, as an epoch shows them, by the names of {@link record}. */
  arrays(pass: readonly number[], shape: EncoderShape, epoch: number): HostArrays
  /** The first clips to validate with, as the model sees them now; null for all. */
  held(count: number | null): Promise<readonly (Clip & PoseFrames)[]>
  destroy(): void
}
