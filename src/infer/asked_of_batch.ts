// Sentences that are asked of a batch, on their way through it: asked, in a row, submitted with the others' frames, delivered.

import type { PendingReports } from '../device/readback.js'
import type { LanguageGroup } from '../model/sign_model.js'
import { refuseDivergedFrame } from './divergence.js'
import type { Filling } from './filling.js'
import { frameStride } from './frame_chunks.js'
import type { GenerateOptions } from './generator.js'
import type { LengthPolicy } from './length_policy.js'
import type { SourceEncoder } from './source_encoder.js'

/** Most frames of a submission: whoever comes waits for so many of the others. Measured on software drivers, more gain nothing. */
export const CHUNK = 2

export interface BatchGenerateOptions extends Omit<GenerateOptions, 'lengths'> {
  /** For `oracle`: the reference's length. */
  readonly length?: number
  /** Told, before the first frame, how many there will be, where that is known then. */
  readonly onLength?: (frames: number) => void
}

/** A sentence that is asked for. */
export interface Asked {
  readonly tokens: Uint32Array
  readonly encoder: SourceEncoder
  readonly policy: Exclude<LengthPolicy, 'auto'>
  readonly options: BatchGenerateOptions
  /** As the model says them, the counter behind the numbers. */
  readonly frames: Filling<Float32Array>
}

/** A sentence in a row. */
export interface Running {
  readonly asked: Asked
  readonly row: number
  /** Frames in all, where they are known. */
  readonly count: number | undefined
  /** Frames that are made or being made. */
  submitted: number
}

export interface Submitted {
  readonly rows: readonly { readonly running: Running; readonly from: number }[]
  readonly frames: number
  readonly reports: PendingReports
}

/** Hands the frames of a submission to those who asked, and ends them that are done or not finite. Returns how many there were. */
export function deliver(
  { rows, frames: ran }: Submitted,
  [doneReport, framesReport]: readonly ArrayBuffer[],
  group: Pick<LanguageGroup, 'language' | 'config'>,
): number {
  const done = new Uint32Array(doneReport!)
  const frames = new Float32Array(framesReport!)
  const { numbers } = group.config
  const stride = frameStride(numbers)
  let made = 0
  for (const { running, from } of rows) {
    const { asked, row } = running
    if (asked.frames.ended) continue
    const until = done[row]! > 0 ? done[row]! : from + ran
    try {
      for (let t = from; t < until; t++) {
        const frame = frames.subarray((row * CHUNK + (t % CHUNK)) * stride).subarray(0, numbers + 1)
        refuseDivergedFrame(frame, t, group)
        asked.frames.push(frame)
        made++
      }
    } catch (error) {
      asked.frames.end({ error })
    }
    if (done[row]! > 0) asked.frames.end()
  }
  return made
}
