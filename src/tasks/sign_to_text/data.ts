// From a sign-to-text run file to clips to learn from, the language model that is to write, and what the model is made with.

import { SignError } from '../../base/errors.js'
import type { Watched } from '../../base/progress.js'
import { nameHash } from '../../data/checksum.js'
import type { LanguageModelConfig } from '../../model/language_model.js'
import { type SignConfig, signSizesOf } from '../../model/sign_sizes.js'
import type { SignToTextConfig, SignToTextDescription } from '../../model/sign_to_text.js'
import { layouts, otherLayout } from '../../motion/layout/layouts.js'
import type { ImageEncoderConfig } from '../../nn/image_encoder_config.js'
import { checkFitsTable, type TextCoder } from '../../text/text_coder.js'
import { checkAugmentation } from '../../train/pose_augment.js'
import { type Split, sameClips } from '../../train/signed_clips.js'
import { checkClipLength, unknownNotes } from '../../train/signing/clip_texts.js'
import { kindOf, loadSplit, type SignedSplit } from '../../train/signing/load_signing.js'
import type { Described } from '../../train/signing/open_signing.js'
import { textCoder } from '../../train/text_coder.js'
import { isShapeAlone, type LanguageSource, languageSource, writtenBy } from '../language_source.js'
import { imagesOf } from '../run_images.js'
import type { SignToTextRunConfig } from './config.js'

export interface SignToTextData {
  readonly train: SignedSplit
  /** Held-out clips, corpora taking turns; empty where they have none. */
  readonly dev: SignedSplit
  readonly description: SignToTextDescription
  readonly language: LanguageSource
  /** What to know of the clips before a model learns from them. */
  readonly notes: readonly string[]
}

/** Loads every corpus, and the language model but for its weights. Throws ERR_DATA, ERR_CONFIG or ERR_CHECKPOINT naming the file for what cannot be used. */
export async function loadSignToTextData(config: SignToTextRunConfig, watched: Watched = {}): Promise<SignToTextData> {
  const language = await languageSource(config.language_model)
  const images = seenBy(config)
  const [train, dev] = [await loadSplit(config, 'train', images, watched), await loadSplit(config, 'dev', images, watched)]
  const { numbers, fps, notes } = kindOf([train, dev], images, config)
  if (!images) checkAugmentation(config.augment, numbers, layouts[config.model.layout])
  const text = await coderOf(config, language, train.clips)
  const description: SignToTextDescription = {
    config: modelSizes(config, { numbers, ...(images && { images }) }, writtenBy(language, text, config.language_model)),
    frozen: language.frozen,
    text,
    languages: [...new Set(train.clips.map((clip) => clip.language))],
    fps,
    trainedOn: train.clips.map(({ name }) => nameHash(name)).sort(),
    seed: config.seed,
  }
  for (const clip of [...train.clips, ...dev.clips]) checkClipLength(clip, config.model, text)
  const unknown = (['train', 'dev'] as const).flatMap((split) =>
    unknownNotes({ train, dev }[split].clips, split, text, 'the language model'),
  )
  return { train, dev, description, language, notes: [...language.notes, ...notes, ...unknown, ...sameClips(train.clips, dev.clips)] }
}

/** The clips of one split. Throws as `loadSignToTextData`. */
export const loadTextClips = (config: SignToTextRunConfig, split: Split): Promise<SignedSplit> => loadSplit(config, split, seenBy(config))

/** What sees the pictures of a run's videos; undefined for poses. Where signs stay as stage 1 left them, so does this. */
function seenBy(config: SignToTextRunConfig): ImageEncoderConfig | undefined {
  const images = imagesOf(config)
  return images && config.signs === 'frozen' ? { ...images, trained: 'none' } : images
}

/** What text is written by. Throws ERR_CONFIG where it does not fit the language model. */
async function coderOf(
  { tokens, language_model: { file } }: Pick<SignToTextRunConfig, 'tokens' | 'language_model'>,
  { text, config, frozen }: LanguageSource,
  clips: readonly Described[],
): Promise<TextCoder> {
  const said = clips.map((clip) => clip.text)
  const alone = isShapeAlone(frozen)
  const own = text ?? (alone ? await textCoder('words', said) : undefined)
  const coder = tokens === null ? own : await textCoder(tokens, said)
  if (!coder) throw new SignError('ERR_CONFIG', file, 'wanted a tokenizer beside it, got none', 'Name its tokenizer.json as `tokens`')
  if (alone && coder.size <= config.vocabulary) return coder
  checkFitsTable(coder, config.vocabulary, tokens === null || typeof tokens === 'string' ? file : tokens.file)
  return coder
}

/** What a run's model is made with. Throws ERR_CONFIG for texts longer than the language model's positions. */
function modelSizes(
  { model, input, signs, codes, language_model: { file } }: SignToTextRunConfig,
  seen: Pick<SignConfig, 'numbers' | 'images'>,
  language: LanguageModelConfig,
): SignToTextConfig {
  const { rank, alpha, adapterDropout: dropout, gate, signing, maxTokens, images: _, layout, ...own } = model
  if (maxTokens > language.maxTokens) {
    const problem = `wanted model.maxTokens up to ${language.maxTokens}, the positions that it has, got ${maxTokens}`
    throw new SignError('ERR_CONFIG', file, problem, `Set model.maxTokens: ${language.maxTokens}`)
  }
  return {
    signs: { ...signSizesOf(own), input, ...otherLayout(layout), ...seen },
    signsTrained: signs === 'trained',
    adapters: { rank, alpha, dropout, gate },
    ...(signing === 'prefix' && { prefix: true as const }),
    ...(codes && { codes: codes.count, ...(codes.as === 'words' && { words: true as const }) }),
    language,
    maxTokens,
  }
}
