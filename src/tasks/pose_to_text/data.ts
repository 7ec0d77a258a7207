// From a pose-to-text run file's `data` to clips to learn from, and both vocabularies.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { inTurns } from '../../base/in_turns.js'
import { nameHash } from '../../data/checksum.js'
import { loadCorpus } from '../../data/corpus/corpus.js'
import { type FramesClip, loadFrames } from '../../data/corpus/frames.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import { MOST_LABELS } from '../../kernels/ctc_states.js'
import { sizesOf } from '../../model/config.js'
import type { PoseToTextConfig, PoseToTextDescription } from '../../model/pose_to_text.js'
import { type Clip, sameRate } from '../../motion/clip.js'
import { langGlossLine } from '../../text/lang_gloss.js'
import { checkWords, readingNotes, unknownNotes } from '../../text/reading_notes.js'
import { tokenise } from '../../text/tokenise.js'
import { Vocabulary } from '../../text/vocabulary.js'
import type { LabelSource, PoseToTextRunConfig } from './config.js'

/** A clip with what CTC and the decoder are to tell of it. */
export interface SignedText extends FramesClip {
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

type Split = 'train' | 'dev' | 'test'
type Entry = PoseToTextRunConfig['data'][number]

/** Loads every corpus. Throws ERR_DATA or ERR_CONFIG naming file and line for what cannot be trained on. */
export async function loadPoseToTextData(config: PoseToTextRunConfig): Promise<PoseToTextData> {
  const train = await loadSplit(config, 'train')
  const dev = await loadSplit(config, 'dev')
  const { numbers, fps } = oneKind([...train, ...dev])
  const recognises = config.loss.recognition > 0
  const translates = config.loss.translation > 0
  const texts = (clips: readonly SignedText[]) => clips.map(({ text }) => text)
  const labels = (clips: readonly SignedText[]) => clips.map((clip) => clip.labels)
  const glosses = recognises ? Vocabulary.build(labels(train), 'whitespace') : undefined
  const words = translates ? Vocabulary.build(texts(train), config.tokens, { minCount: config.minCount }) : undefined
  const sizes: PoseToTextConfig = { ...sizesOf(config.model), numbers }
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

/** The clips of one split of a run's corpora, corpora taking turns where they are held out. Throws as `loadPoseToTextData`. */
export async function loadSplit(config: PoseToTextRunConfig, split: Split): Promise<SignedText[]> {
  const lists = await Promise.all(config.data.map((entry) => clipsOf(entry, split)))
  const clips = split === 'train' ? lists.flat() : inTurns(lists)
  return clips.map((clip) => ({ ...clip, labels: config.loss.recognition > 0 ? labelsOf(clip, config.labels) : '' }))
}

/** A clip of 50 joints as frames of 150 numbers. */
const framesOf = ({ joints, ...clip }: Clip): FramesClip => ({ ...clip, values: joints })

async function clipsOf(entry: Entry, split: Split): Promise<FramesClip[]> {
  if ('synthetic' in entry) return syntheticCorpus(entry.synthetic)[split].map(framesOf)
  const path = entry[split]
  if (path === undefined) return []
  const { language, numbers, skipFrames } = entry
  const common = { skels: path, language, skipFrames, ...(entry.fps === null ? {} : { fps: entry.fps }) }
  const clips =
    numbers === undefined ? (await loadCorpus({ ...common, ...unlimited })).clips.map(framesOf) : await loadFrames({ ...common, numbers })
  const own = clips.filter((clip) => clip.language === language)
  if (own.length > 0) return own
  throw new SignError('ERR_DATA', `${path}.skels`, `wanted clips of ${language}, got none`, 'Check the language tag')
}

/** How long clips may be, the model's sizes say. */
const unlimited = { maxFrames: Number.MAX_SAFE_INTEGER, maxTokens: Number.MAX_SAFE_INTEGER }

/** A clip's labels with spaces between. Throws ERR_DATA where it has none. */
export function labelsOf(clip: Pick<FramesClip, 'name' | 'language' | 'text' | 'gloss'>, labels: LabelSource): string {
  const { name, text, gloss } = clip
  if (labels === 'letters') return tokenise(text, 'letters').join(' ')
  if (gloss) return labels === 'gloss' ? gloss : langGlossLine(clip, 'gloss')
  const nextMove = 'Add it to the .gloss file, or set labels: letters, or loss.recognition: 0'
  throw new SignError('ERR_DATA', name, 'wanted a gloss, got none', nextMove)
}

/** All clips are of one layout and frame rate. */
function oneKind(clips: readonly SignedText[]): { numbers: number; fps: number } {
  const [{ values, frames, fps, name }] = clips as [SignedText]
  const numbers = values.length / frames
  for (const clip of clips) {
    const got = clip.values.length / clip.frames
    if (got !== numbers)
      throw new SignError('ERR_DATA', clip.name, `wanted ${numbers} numbers a frame, as '${name}' has, got ${got}`, 'Train on one layout')
    if (!sameRate(clip.fps, fps)) {
      const problem = `wanted ${fps} frames per second, as '${name}' has, got ${clip.fps}`
      throw new SignError(
        'ERR_CONFIG',
        clip.name,
        problem,
        'Set fps and skipFrames so that all agree, or resample: signllm data convert --fps',
      )
    }
  }
  return { numbers, fps }
}

/** Throws ERR_DATA for a clip that is longer than the model's tables. */
function checkLength({ name, text, labels, frames }: SignedText, { config, words, glosses }: PoseToTextDescription): void {
  const refuse = (limit: 'maxFrames' | 'maxTokens', unit: string, got: number) =>
    new SignError('ERR_DATA', name, `wanted at most ${config[limit]} ${unit} (${limit}), got ${got}`, `Raise model.${limit}`)
  if (frames > config.maxFrames) throw refuse('maxFrames', 'frames', frames)
  const tokens = words?.encode(text).length ?? 0
  if (tokens > config.maxTokens) throw refuse('maxTokens', 'tokens with the closing one', tokens)
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

/** A dev split that holds clips of the training split measures how well they are remembered. */
function sameClips(train: readonly SignedText[], dev: readonly SignedText[]): string[] {
  const names = new Set(train.map(({ name }) => name))
  const same = dev.filter(({ name }) => names.has(name))
  if (same.length === 0) return []
  const which = `${same.length} of ${counted(dev.length, 'dev clip')}, such as '${same[0]!.name}'`
  return [`${which}, in the training split too: validations do not show how well the model generalises`]
}
