// `signllm translate CLIPS --model MODEL`: what somebody signs, as text.

import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { restoreSignToText, signToTextDescription } from '../checkpoint/sign_to_text.js'
import { POSE_TO_TEXT } from '../checkpoint/tasks.js'
import { loadFrames } from '../data/corpus/frames.js'
import { motionFrames } from '../data/motion_frames.js'
import type { PoseFrames } from '../infer/pose_reader.js'
import type { TranslateOptions } from '../infer/search_options.js'
import { SignTranslator } from '../infer/sign_translator.js'
import type { SignToTextDescription, SignToTextModel } from '../model/sign_to_text.js'
import { COORDS } from '../motion/skeleton.js'
import { openReferred } from '../tasks/language_source.js'
import { openAdapter } from './adapter.js'
import { type JudgeTranslateSummary, judgeTranslate } from './judge_translate.js'
import { prefixOf } from './motion_source.js'
import { Progress, type ProgressStream } from './progress.js'
import { readMotions } from './read_motions.js'
import { type Listener, warn } from './say.js'
import { TextStream } from './text_stream.js'
import { preparations } from './train.js'
import { seenAt, videosAt, wantedPoses, wantedVideos } from './video_source.js'

export interface TranslateCommandOptions extends Listener, Pick<TranslateOptions, 'beams' | 'alpha' | 'dialect' | 'limit' | 'signal'> {
  /** Checkpoint of a sign-to-text or pose-to-text run. */
  readonly model: string
  /** Where the files of the language model are now that a checkpoint refers to. */
  readonly languageModel?: string | undefined
  /** A text file to write, a line a clip: what `signllm score` takes. */
  readonly out?: string | undefined
  /** The folder with the videos of a corpus; then the source is the prefix of its `.files`. */
  readonly videos?: string | undefined
  /** Numbers of a frame, for a model of another layout than the 50 joints; then the source is the prefix of a `.skels` file of so many. */
  readonly numbers?: number | undefined
  readonly adapter?: string | undefined
  /** Default: standard error. */
  readonly stream?: ProgressStream
}

type NamedFrames = PoseFrames & { readonly name: string }

/** Beams where nobody says, as published. */
const BEAMS = 4

/**
 * Translates every clip of `source`. Throws ERR_CHECKPOINT for a model that reads no signing, ERR_DATA where there are no clips, ERR_USAGE for clips that
 * the model cannot take.
 */
export async function translate(source: string, options: TranslateCommandOptions): Promise<JudgeTranslateSummary> {
  const checkpoint = await readCheckpoint(options.model)
  if (checkpoint.task === POSE_TO_TEXT) return judgeTranslate(options.model, source, { beams: BEAMS, ...options })
  const description = signToTextDescription(checkpoint)
  for (const note of checkpoint.notes) warn(note, options)
  if (options.languageModel !== undefined && description.frozen.path === undefined) {
    const problem = 'wanted a model that refers to the files of a language model with --language-model, got one that holds its own'
    throw new SignError('ERR_USAGE', options.model, problem, 'Leave it out')
  }
  const rows = await translated(checkpoint, await clipsOf(source, description, options), options)
  if (options.out !== undefined) await writeWhole(options.out, rows.map(({ text }) => `${text}\n`).join(''))
  return { clips: rows, languages: description.languages, ...(options.out !== undefined && { out: options.out }) }
}

/** Clips as the model reads them, once there is one: of videos, it sees them first. */
type Clips = (model: SignToTextModel) => Promise<readonly NamedFrames[]>

async function clipsOf(source: string, description: SignToTextDescription, options: TranslateCommandOptions): Promise<Clips> {
  const videos = await videosAt(source, options.videos)
  const { signs } = description.config
  if (signs.images) {
    if (!videos) throw wantedVideos(source)
    return (model) => seenAt(videos, model, { ...options, ...seeing(videos.length, options) })
  }
  if (videos) throw wantedPoses(source)
  const clips = await framesOf(source, description, options)
  return async () => clips
}

/** Shows how many of several videos were seen. */
function seeing(count: number, options: TranslateCommandOptions) {
  const show = preparations(options)
  return count > 1 ? { onProgress: (done: number, all: number) => show('videos seen', done, all) } : {}
}

async function framesOf(
  source: string,
  { config, fps, languages }: SignToTextDescription,
  options: TranslateCommandOptions,
): Promise<NamedFrames[]> {
  const { numbers, maxFrames } = config.signs
  if (options.numbers !== undefined) return loadFrames({ skels: prefixOf(source), numbers: options.numbers, language: languages[0] ?? '' })
  if (numbers !== COORDS) {
    const problem = `wanted a model of ${COORDS} numbers a frame, got one of ${numbers}`
    throw new SignError('ERR_USAGE', options.model, problem, `Pass --numbers ${numbers} and the prefix of a corpus of such frames`)
  }
  const told = new Set<string>()
  const motions = await readMotions(source, languages[0], options)
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
  const { beams = BEAMS, alpha, dialect, limit, signal, stream = process.stderr, json = false } = options
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  let [progress, text]: [Progress?, TextStream?] = []
  try {
    await using model = await restoreSignToText(gpu, checkpoint, {
      openLanguage: (own, description) => openReferred(own, description, options.languageModel),
    })
    await using translator = new SignTranslator(gpu, model)
    const clips = await read(model)
    if (clips.length > 1) progress = new Progress({ total: clips.length, stream, json, counts: 'clip' })
    else text = new TextStream(stream, { json })
    const sentences = await translator.translate(clips, {
      beams,
      ...(alpha !== undefined && { alpha }),
      ...(dialect !== undefined && { dialect }),
      ...(limit !== undefined && { limit }),
      ...(signal && { signal }),
      onProgress: (done) => progress?.update({ step: done, frames: 0 }),
      ...(text && { onText: (_: number, soFar: string) => text!.show(soFar) }),
    })
    return sentences.map((sentence, i) => ({
      name: clips[i]!.name,
      text: sentence.text,
      ...(sentence.score !== undefined && { score: sentence.score }),
    }))
  } finally {
    progress?.done()
    text?.done()
    await gpu.destroy()
  }
}
