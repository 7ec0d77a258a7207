// `signllm translate CLIPS --model MODEL`: what somebody signs, as text.

import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import type { OnProgress } from '../base/progress.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { restoreSignToText, signToTextDescription } from '../checkpoint/sign_to_text.js'
import { restoreSignTranslation, signTranslationDescription } from '../checkpoint/sign_translation.js'
import { POSE_TO_TEXT, SIGN_TRANSLATION } from '../checkpoint/tasks.js'
import { loadFrames } from '../data/corpus/frames.js'
import { motionFrames } from '../data/motion_frames.js'
import type { Gpu } from '../device/gpu.js'
import type { PoseFrames } from '../infer/pose_reader.js'
import type { TranslateOptions } from '../infer/search_options.js'
import { SignTranslator, type SignWritingModel } from '../infer/sign_translator.js'
import type { SignToTextDescription } from '../model/sign_to_text.js'
import type { SignTranslationDescription } from '../model/sign_translation.js'
import { coordinatesOf } from '../motion/layout/layout.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { openReferred } from '../tasks/language_source.js'
import { scoreSentences, type TextValidation } from '../tasks/sign_to_text/evaluate.js'
import { asSeen } from '../train/signing/open_signing.js'
import { openAdapter } from './adapter.js'
import type { SplitName } from './eval_data.js'
import { type JudgeTranslateSummary, judgeTranslate, withoutText } from './judge_translate.js'
import { LeftOutClips } from './left_out.js'
import { prefixOf } from './motion_source.js'
import { ProgressDisplay, type ProgressStream, withProgress } from './progress_display.js'
import { readMotions } from './read_motions.js'
import { isRunFile, posesFor, splitOfRun } from './run_split.js'
import { type Listener, warn } from './say.js'
import { TextStream } from './text_stream.js'
import { seenAt, videosAt, wantedPoses, wantedVideos } from './video_source.js'

export interface TranslateCommandOptions extends Listener, Pick<TranslateOptions, 'beams' | 'alpha' | 'dialect' | 'signal'> {
  /** Checkpoint of a sign-to-text, sign-translation or pose-to-text run. */
  readonly model: string
  /** Where the files of the language model are now that a checkpoint refers to. */
  readonly languageModel?: string | undefined
  /** Which split, where the source is a run file; default test. */
  readonly split?: SplitName | undefined
  /** At most so many clips. */
  readonly limit?: number | undefined
  /** Most tokens of a text; default those of the model. */
  readonly maxTokens?: number | undefined
  /** A text file to write, a line a clip: what `signllm score` takes. */
  readonly out?: string | undefined
  /** The folder with the videos of a corpus; then the source is the prefix of its `.files`. */
  readonly videos?: string | undefined
  /** Numbers of a frame, for a model of frames that are of no layout; then the source is the prefix of a `.skels` file of so many. */
  readonly numbers?: number | undefined
  readonly adapter?: string | undefined
  /** Default: standard error. */
  readonly stream?: ProgressStream
}

/** A clip as the model reads it; of a run file, with its sentence. */
type NamedFrames = PoseFrames & { readonly name: string; readonly text?: string }

export interface TranslateSummary extends JudgeTranslateSummary {
  /** Against the sentences of a run file. */
  readonly scores?: TextValidation
}

/** Beams where nobody says, as published. */
const BEAMS = 4

/**
 * Translates every clip of `source`. Throws ERR_CHECKPOINT for a model that reads no signing, ERR_DATA where there are no clips, ERR_USAGE for clips that
 * the model cannot take.
 */
export async function translate(source: string, options: TranslateCommandOptions): Promise<TranslateSummary> {
  const checkpoint = await readCheckpoint(options.model)
  if (checkpoint.task === POSE_TO_TEXT) {
    if (options.languageModel !== undefined) throw unwantedLanguage(options.model, 'a pose-to-text model, which has none')
    return judgeTranslate(options.model, source, { beams: BEAMS, ...options })
  }
  const own = checkpoint.task === SIGN_TRANSLATION
  const description = own ? signTranslationDescription(checkpoint) : signToTextDescription(checkpoint)
  for (const note of checkpoint.notes) warn(note, options)
  if (options.languageModel !== undefined && !('frozen' in description && description.frozen.path !== undefined))
    throw unwantedLanguage(options.model, own ? 'a sign translation model, which has none' : 'one that holds its own')
  const leftOut = new LeftOutClips()
  const { rows, scores } = await translated(checkpoint, await clipsOf(source, description, { ...options, leftOut }), options)
  const clips = leftOut.among(rows, withoutText)
  if (options.out !== undefined) await writeWhole(options.out, clips.map(({ text }) => `${text}\n`).join(''))
  return {
    clips,
    broken: leftOut.broken,
    languages: description.languages,
    ...(scores && { scores }),
    ...(options.out !== undefined && { out: options.out }),
  }
}

function unwantedLanguage(model: string, got: string): SignError {
  const problem = `wanted a model that refers to the files of a language model with --language-model, got ${got}`
  return new SignError('ERR_USAGE', model, problem, 'Leave it out')
}

/** What is known of a model that writes what clips say. */
type Writing = Pick<SignToTextDescription | SignTranslationDescription, 'config' | 'fps' | 'languages'>

/** Clips as the model reads them, once there is one: of videos, it sees them first. */
type Clips = (model: SignWritingModel) => Promise<readonly NamedFrames[]>

/** What of the options says how clips are read, and who takes down those that cannot be. */
type Reading = TranslateCommandOptions & { readonly leftOut: LeftOutClips }

async function clipsOf(source: string, description: Writing, options: Reading): Promise<Clips> {
  const { signs } = description.config
  if (isRunFile(source)) return splitClips(source, description, options)
  if (signs.images) {
    const videos = (await videosAt(source, options.videos))?.slice(0, options.limit)
    if (!videos) throw wantedVideos(source)
    return (model) => seeing(videos.length, options, (onProgress) => seenAt(videos, model, { ...options, onProgress }))
  }
  if (options.videos !== undefined) throw wantedPoses(source)
  const clips = await framesOf(source, description, options)
  return async () => clips
}

/** The clips of a run file's split. */
async function splitClips(source: string, { config, fps }: Writing, options: TranslateCommandOptions): Promise<Clips> {
  const { split = 'test', limit } = options
  const all = await splitOfRun(source, split, config.signs.images, options)
  if (all.input === 'poses') {
    const { numbers, maxFrames } = config.signs
    const poses = posesFor(all.clips.slice(0, limit), { numbers, fps, maxFrames }, options)
    return async () => poses
  }
  const some = { ...all, clips: all.clips.slice(0, limit) }
  return (model) => seeing(some.clips.length, options, (onProgress) => asSeen(model, config.signs, some, { cache: null, onProgress }))
}

/** Shows how many of several videos were seen. */
const seeing = <T>(count: number, options: TranslateCommandOptions, see: (onProgress?: OnProgress) => Promise<T>): Promise<T> =>
  count > 1 ? withProgress(options, see) : see()

async function framesOf(source: string, { config, fps, languages }: Writing, options: Reading): Promise<NamedFrames[]> {
  const { numbers, maxFrames } = config.signs
  if (options.numbers !== undefined) {
    const clips = await loadFrames({ skels: prefixOf(source), numbers: options.numbers, language: languages[0] ?? '' })
    return clips.slice(0, options.limit).map(({ name, values, frames }) => ({ name, values, frames }))
  }
  const layout = layoutOfMotion(config.signs)
  if (numbers !== coordinatesOf(layout)) {
    const problem = `wanted a model of ${coordinatesOf(layout)} numbers a frame, the points of ${layout.name}, got one of ${numbers}`
    throw new SignError('ERR_USAGE', options.model, problem, `Pass --numbers ${numbers} and the prefix of a corpus of such frames`)
  }
  const told = new Set<string>()
  const motions = await readMotions(source, languages[0], { ...options, layout: layout.name })
  const clips = motions.map((motion) => {
    const { notes, ...frames } = motionFrames(motion, { fps, maxFrames }, 'the model')
    for (const note of notes) told.add(note)
    return { name: motion.name, ...frames }
  })
  for (const note of told) warn(note, options)
  if (clips.length > 0) return clips
  throw new SignError('ERR_DATA', source, 'wanted motions that can be read, got none', 'Check the files')
}

/** One clip's text is told as it comes, of several how many are done. */
async function translated(checkpoint: Checkpoint, read: Clips, options: TranslateCommandOptions) {
  const { beams = BEAMS, alpha, dialect, maxTokens, signal, stream = process.stderr, json = false } = options
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  const display = new ProgressDisplay(options)
  let text: TextStream | undefined
  try {
    await using model = await restored(gpu, checkpoint, options)
    await using translator = new SignTranslator(gpu, model)
    const clips = await read(model)
    if (clips.length === 1) text = new TextStream(stream, { json })
    const search = {
      beams,
      ...(alpha !== undefined && { alpha }),
      ...(dialect !== undefined && { dialect }),
      ...(maxTokens !== undefined && { limit: maxTokens }),
    }
    const sentences = await translator.translate(clips, {
      ...search,
      ...(signal && { signal }),
      ...(text ? { onText: (_: number, soFar: string) => text!.show(soFar) } : { onProgress: display.show }),
    })
    const rows = sentences.map(({ text: written, score }, i) => ({
      name: clips[i]!.name,
      text: written,
      ...(score !== undefined && { score }),
    }))
    const said = clips.flatMap((clip) => (clip.text === undefined ? [] : [{ text: clip.text }]))
    return { rows, ...(said.length > 0 && { scores: scoreSentences(said, sentences, model.text, search).result }) }
  } finally {
    display.done()
    text?.done()
    await gpu.destroy()
  }
}

/** The model of a checkpoint. */
async function restored(gpu: Gpu, checkpoint: Checkpoint, { languageModel }: TranslateCommandOptions): Promise<SignWritingModel> {
  if (checkpoint.task === SIGN_TRANSLATION) return restoreSignTranslation(gpu, checkpoint)
  return restoreSignToText(gpu, checkpoint, {
    openLanguage: (own, description, path) => openReferred(own, description, path, languageModel),
  })
}
