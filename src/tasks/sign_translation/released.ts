// A sign translation model out of a checkpoint of the released GFSLT-VLP's second stage.

import { SignError } from '../../base/errors.js'
import type { ConvolvedSigns } from '../../model/convolved_signs.js'
import { gfsltSizes, gfsltTensors } from '../../model/gfslt_state_dict.js'
import type { SignTranslationConfig, SignTranslationDescription } from '../../model/sign_translation.js'
import { checkStatistics } from '../../model/slt_state_dict.js'
import { convolvedPresets } from '../../model/text_transformer_sizes.js'
import type { HostTensor, HostTensors } from '../../nn/host_tensor.js'
import { resnet18 } from '../../nn/residual_network_config.js'
import type { TextCoder } from '../../text/text_coder.js'
import { checkPlaces } from '../convolved_sizes.js'

/** What no tensor tells. */
export interface ReleasedSignTranslation {
  /** Tags of the sign languages that it was trained on. */
  readonly languages: readonly string[]
  /** What text is written by. */
  readonly text: TextCoder
  /** Frames a second of what it was trained on; default 25, all frames of PHOENIX14T as published. */
  readonly fps?: number | undefined
  /** Attention heads of the encoder and the decoder; default 8, as published. */
  readonly heads?: number | undefined
  /** Default `ones`, as the released code trains. */
  readonly padding?: ConvolvedSigns['padding'] | undefined
  /** Pixels a side; default 224. */
  readonly imageSize?: number | undefined
  /** Longest clip, in frames; default 300. */
  readonly maxFrames?: number | undefined
  /** Longest text, in tokens; default 150, or as many as it has places. */
  readonly maxTokens?: number | undefined
}

const { heads: HEADS, dropout, attentionDropout, activation } = convolvedPresets.gfslt

/**
 * Its description, and its tensors by our names, of a state dict. Throws ERR_CHECKPOINT naming tensors that such a model does not have or that lack, and for words
 * of another number than the tokenizer's;
 * ERR_CONFIG for clips and texts longer than it has places.
 */
export function releasedSignTranslation(
  theirs: HostTensors,
  told: ReleasedSignTranslation,
  path: string,
): { description: SignTranslationDescription; tensors: Map<string, HostTensor> } {
  const { languages, text, fps = 25, heads = HEADS, padding = 'ones', imageSize = resnet18.imageSize[0], maxFrames = 300 } = told
  checkStatistics(theirs.keys(), path)
  const tensors = gfsltTensors(theirs, path)
  const { widths, features, vocabulary, tied, transformer } = gfsltSizes(tensors, path)
  if (text.size !== vocabulary) {
    const problem = `wanted a tokenizer of ${vocabulary} pieces, as it has vectors of words, got one of ${text.size}`
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Name the tokenizer that it was trained with: --tokens')
  }
  const maxTokens = told.maxTokens ?? Math.min(150, transformer.places)
  checkPlaces({ maxFrames, maxTokens, places: transformer.places }, path, 'Say fewer: --max-frames, --max-tokens')
  if (tied) tensors.delete('words/out/weight')
  const config: SignTranslationConfig = {
    signs: {
      ...{ input: 'video', numbers: widths[3], maxFrames, features: widths[3], width: features, padding },
      images: { ...resnet18, widths, imageSize: [imageSize, imageSize] },
    },
    transformer: { ...transformer, heads, dropout, attentionDropout, activation },
    ...{ tied, maxTokens },
  }
  return { description: { config, text, languages, fps, trainedOn: [], seed: 0 }, tensors }
}
