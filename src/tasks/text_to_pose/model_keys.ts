// The keys of a run file's section `model`: sizes, and what a text-to-pose model may do otherwise. What is left out of them stays with the preset.

import * as z from 'zod'
import { counterEnds, heads, initialisations, largest, lengthForms, pointScores } from '../../model/config.js'
import { layoutNames } from '../../motion/layout/layout.js'
import { belowOne, count, sizes } from '../../train/config/parts.js'
import { keys } from '../../train/config/schema.js'

export const modelKeys = keys({
  ...sizes,
  /** Whose points frames are made of, as the corpora say of theirs; by default the preset's. */
  layout: z.enum(layoutNames).exactOptional(),
  /** What frames have beside coordinates. */
  scores: z.enum(pointScores).exactOptional(),
  /** Frames predicted at once beyond the next one; 0 turns it off. */
  futureFrames: z.int().min(0).max(largest.futureFrames).exactOptional(),
  /** The decoder sees the counter only. */
  justCounter: z.boolean().exactOptional(),
  /** Dropout of what attention adds to the residual sum, and of its weights. */
  residualDropout: belowOne.exactOptional(),
  attentionDropout: belowOne.exactOptional(),
  /** Added to the variance by layer norms. */
  normEpsilon: z.number().positive().exactOptional(),
  /** Whether a norm is behind the encoder's last layer. */
  encoderNorm: z.boolean().exactOptional(),
  /** Whether vectors of tokens are multiplied by √width. */
  scaledTokens: z.boolean().exactOptional(),
  initialisation: z.enum(initialisations).exactOptional(),
  /** Whether the last layer predicts the counter, and whether it has a bias. */
  counterHead: z.boolean().exactOptional(),
  headBias: z.boolean().exactOptional(),
  /** What the last layer regresses: the joints of a frame, as PT, or its bones, whose lengths are the signer's: joints follow from them. */
  head: z.enum(heads).exactOptional(),
  /** A head that predicts the number of frames from the sentence. */
  lengthHead: z.boolean().exactOptional(),
  /** What that head predicts, and the fewest frames that is taken for. */
  lengthForm: z.enum(lengthForms).exactOptional(),
  minFrames: count.max(largest.maxFrames).exactOptional(),
  /** Where the counter of a generated clip ends. */
  counterEnd: z.enum(counterEnds).exactOptional(),
  /** Each token has a duration; their sum is the number of frames, and frames are told which token they belong to. */
  durations: z.boolean().exactOptional(),
  /** Longest clip, in frames; what happens to a longer one, `overlong` of its corpus says. */
  maxFrames: count.max(largest.maxFrames).default(300),
  /** Longest sentence, in tokens with the closing one. */
  maxTokens: count.max(largest.maxTokens).default(300),
  /** Whether sentences open with `<s>`; whether longer ones are cut off. */
  openingToken: z.boolean().exactOptional(),
  cutSentences: z.boolean().exactOptional(),
})
