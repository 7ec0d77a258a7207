// From a pose-to-text run file's `data` to clips to learn from, and both vocabularies.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { nameHash } from '../../data/checksum.js'
import type { FramesClip } from '../../data/corpus/frames.js'
import { MOST_LABELS } from '../../kernels/ctc_states.js'
import { sizesOf } from '../../model/config.js'
import type { PoseToTextConfig, PoseToTextDescription } from '../../model/pose_to_text.js'
import { layouts, otherLayout } from '../../motion/layout/layouts.js'
import { langGlossLine } from '../../text/lang_gloss.js'
import { checkWords, readingNotes, unknownNotes } from '../../text/reading_notes.js'
import { tokenise } from '../../text/tokenise.js'
import { Vocabulary } from '../../text/vocabulary.js'
import { checkAugmentation } from '../../train/pose_augment.js'
import { loadSignedClips, oneKind, type SignedClip, type Split, sameClips, tooLong } from '../../train/signed_clips.js'
import type { LabelSource, PoseToTextRunConfig } from './config.js'

/** A clip with what CTC and the decoder are to tell of it. */
export interface SignedText extends SignedClip {
  /** Labels with spaces between; empty where nothing is recognised. */
  readonly labels: string
}

export interface PoseToTextData {
  readonly train: readonly SignedText[]
  /** Held-out clips, corpora taking turns; empty where they have none. */
  readonly dev: readonly SignedText[]
  readonly description: PoseToTextDescription
  /** What to know of the clips before a model learns from them. */
  readonly notes: readonly string[]
}

/** Loads every corpus. Throws ERR_DATA or ERR_CONFIG naming file and line for what cannot be trained on. */
export async function loadPoseToTextData(config: PoseToTextRunConfig): Promise<PoseToTextData> {
  const train = await loadSplit(config, 'train')
  const dev = await loadSplit(config, 'dev')
  const { numbers, fps } = oneKind([...train, ...dev])
  const { layout } = config.model
  checkAugmentation(config.augment, numbers, layouts[layout])
  const recognises = config.loss.recognition > 0
  const translates = config.loss.translation > 0
  const texts = (clips: readonly SignedText[]) => clips.map(({ text }) => text)
  const labels = (clips: readonly SignedText[]) => clips.map((clip) => clip.labels)
  const glosses = recognises ? Vocabulary.build(labels(train), 'whitespace') : undefined
  const words = translates ? Vocabulary.build(texts(train), config.tokens, { minCount: config.minCount }) : undefined
  const sizes: PoseToTextConfig = { ...modelSizes(config), numbers, ...otherLayout(layout) }
  const languages = [...new Set(train.map(({ language }) => language))]
  const trainedOn = train.map(({ name }) => nameHash(name)).sort()
  const description = { config: sizes, glosses, words, languages, fps, trainedOn, seed: config.seed }
  for (const clip of [...train, ...dev]) checkLength(clip, description)
  if (words) for (const split of [train, dev]) checkWords(texts(split), words, languages.join(', '))
  const notes = [
    ...(words ? readingNotes({ train: texts(train), dev: texts(dev) }, words) : []),
    ...(glosses ? [...unknownGlosses(dev, glosses), ...unalignable(train, 'train'), ...unalignable(dev, 'dev')] : []),
    ...sameClips(train, dev),
  ]
  return { train, dev, description, notes }
}

/** What the run file says of a model's sizes. */
function modelSizes({ model: { attention, samples, form, ...own } }: PoseToTextRunConfig) {
  return { ...sizesOf(own), ...(attention === 'gloss' && { glossAttention: { samples, form } }) }
}

/** The clips of one split of a run's corpora, corpora taking turns where they are held out. Throws as `loadPoseToTextData`. */
export async function loadSplit(config: PoseToTextRunConfig, split: Split): Promise<SignedText[]> {
  const clips = await loadSignedClips(config.data, split, config.model.layout)
  return clips.map((clip) => ({ ...clip, labels: config.loss.recognition > 0 ? labelsOf(clip, config.labels) : '' }))
}

/** A clip's labels with spaces between. Throws ERR_DATA where it has none. */
export function labelsOf(clip: Pick<FramesClip, 'name' | 'language' | 'text' | 'gloss'>, labels: LabelSource): string {
  const { name, text, gloss } = clip
  if (labels === 'letters') return tokenise(text, 'letters').join(' ')
  if (gloss) return labels === 'gloss' ? gloss : langGlossLine(clip, 'gloss')
  const nextMove = 'Add it to the .gloss file, or set labels: letters, or loss.recognition: 0'
  throw new SignError('ERR_DATA', name, 'wanted a gloss, got none', nextMove)
}

/** Throws ERR_DATA for a clip that is longer than the model's tables. */
function checkLength({ name, text, labels, frames }: SignedText, { config, words, glosses }: PoseToTextDescription): void {
  if (frames > config.maxFrames) throw tooLong(name, 'maxFrames', config.maxFrames, 'frames', frames)
  const tokens = words?.encode(text).length ?? 0
  if (tokens > config.maxTokens) throw tooLong(name, 'maxTokens', config.maxTokens, 'tokens with the closing one', tokens)
  const count = glosses ? glosses.tokensOf(labels).length : 0
  if (count > MOST_LABELS) throw new SignError('ERR_DATA', name, `wanted at most ${MOST_LABELS} labels, got ${count}`, 'Split that clip')
}

const unknownGlosses = (dev: readonly SignedText[], glosses: Vocabulary): string[] =>
  unknownNotes(
    'dev',
    dev.map(({ labels }) => labels),
    glosses,
    'labels',
  )

/** Frames that CTC needs: one a label, and one for the blank between two that are the same. */
export function framesNeeded(labels: readonly string[]): number {
  return labels.length + labels.filter((label, i) => label === labels[i - 1]).length
}

/** Clips with more labels than frames teach the decoder only: CTC has no way to align them. */
function unalignable(clips: readonly SignedText[], split: Split): string[] {
  const short = clips.filter(({ labels, frames }) => framesNeeded(labels.split(' ').filter(Boolean)) > frames)
  if (short.length === 0) return []
  const [{ name, frames }] = short as [SignedText]
  return [
    `${short.length} of ${counted(clips.length, `${split} clip`)} have more labels than frames, such as '${name}' of ${counted(frames, 'frame')}: CTC learns nothing from them`,
  ]
}
