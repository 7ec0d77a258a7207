// What is to be known of the sentences of clips before a model learns from them.

import { counted } from '../../base/counted.js'
import type { TextCoder } from '../../text/text_coder.js'
import { type Split, tooLong } from '../signed_clips.js'
import type { Described } from './open_signing.js'

/** Throws ERR_DATA for a clip or a sentence that is longer than the model's tables. */
export function checkClipLength(
  { name, text, frames }: Pick<Described, 'name' | 'text' | 'frames'>,
  { maxFrames, maxTokens }: { readonly maxFrames: number; readonly maxTokens: number },
  coder: TextCoder,
): void {
  if (frames > maxFrames) throw tooLong(name, 'maxFrames', maxFrames, 'frames', frames)
  const tokens = coder.encode(text).length
  if (tokens > maxTokens) throw tooLong(name, 'maxTokens', maxTokens, 'tokens with the closing one', tokens)
}

/** What to know of sentences of which many tokens are unknown; to whom, `reader` says, for messages. */
export function unknownNotes(clips: readonly Pick<Described, 'text'>[], split: Split, coder: TextCoder, reader = 'the model'): string[] {
  const share = coder.unknownShare(clips.map((clip) => clip.text))
  if (share < 0.01) return []
  return [`${Math.round(100 * share)} % of the tokens of ${counted(clips.length, `${split} clip`)} are unknown to ${reader}`]
}
