// Detections of many clips, whatever they come from.

import type { SignError } from '../base/errors.js'
import type { ClipWords } from '../data/clip_words.js'
import type { DetectedClip } from '../formats/signer.js'

export interface DetectionSource {
  readonly names: readonly string[]
  /** What is said in the clips, by name, where the source tells it. */
  readonly words?: ReadonlyMap<string, ClipWords>
  /** What was decided about all of it, in words. */
  readonly notes?: readonly string[]
  /** These clips in this order. `broken` is told of one that cannot be read, which is left out. */
  read(names: readonly string[], broken: (name: string, error: SignError) => void): AsyncIterable<DetectedClip>
}
