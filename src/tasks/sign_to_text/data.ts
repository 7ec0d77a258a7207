// From a sign-to-text run file to clips to learn from, the language model that is to write, and what the model is made with.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { nameHash } from '../../data/checksum.js'
import type { LanguageModelConfig } from '../../model/language_model.js'
import { signSizesOf } from '../../model/sign_sizes.js'
import type { SignToTextConfig, SignToTextDescription } from '../../model/sign_to_text.js'
import { checkFitsTable, type TextCoder } from '../../text/text_coder.js'
import { checkAugmentation } from '../../train/pose_augment.js'
import { loadSignedClips, oneKind, type SignedClip, type Split, sameClips, tooLong } from '../../train/signed_clips.js'
import { textCoder } from '../../train/text_coder.js'
import { isShapeAlone, type LanguageSource, languageSource, writtenBy } from '../language_source.js'
import type { SignToTextRunConfig } from './config.js'

export interface SignToTextData {
  readonly train: readonly SignedClip[]
  /** Held-out clips, corpora taking turns; empty where they have none. */
  readonly dev: readonly SignedClip[]
  readonly description: SignToTextDescription
  readonly language: LanguageSource
  /** What to know of the clips before a model learns from them. */
  readonly notes: readonly string[]
}

/** Loads every corpus, and the language model but for its weights. Throws ERR_DATA, ERR_CONFIG or ERR_CHECKPOINT naming the file for what cannot be used. */
export async function loadSignToTextData(config: SignToTextRunConfig): Promise<SignToTextData> {
  const language = await languageSource(config.language_model)
  const [train, dev] = [await loadTextClips(config, 'train'), await loadTextClips(config, 'dev')]
  const { numbers, fps } = oneKind([...train, ...dev])
  checkAugmentation(config.augment, numbers)
  const text = await coderOf(config, language, train)
  const description: SignToTextDescription = {
    config: modelSizes(config, numbers, writtenBy(language, text, config.language_model)),
    frozen: language.frozen,
    text,
    languages: [...new Set(train.map((clip) => clip.language))],
    fps,
    trainedOn: train.map(({ name }) => nameHash(name)).sort(),
    seed: config.seed,
  }
  for (const clip of [...train, ...dev]) checkLength(clip, description)
  const notes = [...language.notes, ...unknownNotes(train, 'train', text), ...unknownNotes(dev, 'dev', text), ...sameClips(train, dev)]
  return { train, dev, description, language, notes }
}

/** The clips of one split. Throws as `loadSignToTextData`. */
export const loadTextClips = ({ data }: SignToTextRunConfig, split: Split): Promise<SignedClip[]> => loadSignedClips(data, split)

/** What text is written by. Throws ERR_CONFIG where it does not fit the language model. */
async function coderOf(
  { tokens, language_model: { file } }: Pick<SignToTextRunConfig, 'tokens' | 'language_model'>,
  { text, config, frozen }: LanguageSource,
  clips: readonly SignedClip[],
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
  { model, input, signs, language_model: { file } }: SignToTextRunConfig,
  numbers: number,
  language: LanguageModelConfig,
): SignToTextConfig {
  const { rank, alpha, adapterDropout: dropout, gate, maxTokens, ...own } = model
  if (maxTokens > language.maxTokens) {
    const problem = `wanted model.maxTokens up to ${language.maxTokens}, the positions that it has, got ${maxTokens}`
    throw new SignError('ERR_CONFIG', file, problem, `Set model.maxTokens: ${language.maxTokens}`)
  }
  return {
    signs: { ...signSizesOf(own), input, numbers },
    signsTrained: signs === 'trained',
    adapters: { rank, alpha, dropout, gate },
    language,
    maxTokens,
  }
}

/** Throws ERR_DATA for a clip or a sentence that is longer than the model's tables. */
function checkLength({ name, text, frames }: SignedClip, { config, text: coder }: SignToTextDescription): void {
  const { maxTokens, signs } = config
  if (frames > signs.maxFrames) throw tooLong(name, 'maxFrames', signs.maxFrames, 'frames', frames)
  const tokens = coder.encode(text).length
  if (tokens > maxTokens) throw tooLong(name, 'maxTokens', maxTokens, 'tokens with the closing one', tokens)
}

function unknownNotes(clips: readonly SignedClip[], split: Split, text: TextCoder): string[] {
  const share = text.unknownShare(clips.map((clip) => clip.text))
  if (share < 0.01) return []
  return [`${Math.round(100 * share)} % of the tokens of ${counted(clips.length, `${split} clip`)} are unknown to the language model`]
}
