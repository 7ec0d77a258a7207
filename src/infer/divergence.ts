// A model whose numbers overflow puts out NaN, which would go on as frames or tokens like any other.

import { SignError } from '../base/errors.js'
import { firstNonFinite } from '../base/finite.js'
import type { LanguageGroup } from '../model/sign_model.js'
import { coordinatesOf, numberName } from '../motion/layout/layout.js'
import { layouts } from '../motion/layout/layouts.js'
import { type Chunk, frameStride } from './frame_chunks.js'

/** Throws ERR_DIVERGED naming the first of the coordinates that a chunk brought, those from frame `from` on, that is NaN or infinite. */
export function refuseDivergedFrames({ done, ran, frames }: Chunk, from: number, group: FramesOf): void {
  const stride = frameStride(group.config.numbers)
  for (const [b, sentence] of frames.entries()) {
    for (let t = from; t < (done[b] || ran); t++) refuseDivergedFrame(sentence.subarray(t * stride, (t + 1) * stride), t, group)
  }
}

/** Whose frames they are. */
type FramesOf = Pick<LanguageGroup, 'language' | 'config'>

/** The same of frame `t`, its numbers and what stands behind them. */
export function refuseDivergedFrame(frame: Float32Array, t: number, { language, config: { numbers, layout } }: FramesOf): void {
  const at = firstNonFinite(frame.subarray(0, numbers))
  if (at < 0) return
  // Numbers beside the coordinates have no names.
  const name = numbers === coordinatesOf(layouts[layout]) ? numberName(layouts[layout], at) : `number ${at}`
  throw diverged(`the model of ${language}`, `${frame[at]} in frame ${t}, ${name}`)
}

/** Throws ERR_DIVERGED naming the first logit that is NaN or infinite, by its token. logits [batch, stride], a row beginning with those of `tokens`. */
export function refuseDivergedLogits(logits: Float32Array, batch: number, tokens: readonly string[], who = GLOSS_MODEL): void {
  const stride = logits.length / batch
  for (let b = 0; b < batch; b++) {
    const at = firstNonFinite(logits.subarray(b * stride, b * stride + tokens.length))
    if (at >= 0) throw diverged(who, `a logit of ${logits[b * stride + at]} for ${tokens[at]}`)
  }
}

/** The text-to-gloss model, for messages. */
export const GLOSS_MODEL = 'the text-to-gloss model'

/** What a model's numbers that are not finite come to. */
export function diverged(who: string, got: string): SignError {
  return new SignError(
    'ERR_DIVERGED',
    who,
    `wanted finite numbers, got ${got}`,
    'Take an earlier checkpoint, or train with a lower learning rate',
  )
}
