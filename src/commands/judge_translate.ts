// `signllm judge translate JUDGE CLIPS`: what a pose-to-text model reads in motions.

import { writeWhole } from '../base/files.js'
import { formatTable } from '../base/table.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { poseToTextDescription, restorePoseToText } from '../checkpoint/pose_to_text.js'
import { loadFrames } from '../data/corpus/frames.js'
import type { TranslateOptions } from '../infer/search_options.js'
import { Translator } from '../infer/translator.js'
import { openJudge } from '../judge/open.js'
import type { PoseToTextDescription } from '../model/pose_to_text.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { openAdapter } from './adapter.js'
import type { BrokenClip } from './clip_work.js'
import type { SplitName } from './eval_data.js'
import { LeftOutClips } from './left_out.js'
import { prefixOf } from './motion_source.js'
import { ProgressDisplay, type ProgressStream } from './progress_display.js'
import { readMotions } from './read_motions.js'
import { isRunFile, posesFor, splitOfRun } from './run_split.js'
import { type Listener, warn } from './say.js'

export interface JudgeTranslateOptions extends Listener, Pick<TranslateOptions, 'beams' | 'alpha' | 'dialect' | 'glossBeams' | 'signal'> {
  /** A text file to write, a line a clip: what `signllm score` takes. */
  readonly out?: string | undefined
  /** Numbers of a frame, for a model of frames that are of no layout; then `source` is the prefix of a `.skels` file of so many. */
  readonly numbers?: number | undefined
  /** Which split, where the source is a run file; default test. */
  readonly split?: SplitName | undefined
  /** At most so many clips. */
  readonly limit?: number | undefined
  /** Most tokens of a text; default those of the model. */
  readonly maxTokens?: number | undefined
  readonly adapter?: string | undefined
  /** Default: standard error. */
  readonly stream?: ProgressStream
}

export interface ReadClip {
  readonly name: string
  readonly text: string
  readonly glosses?: string
  /** Log-probability of the text by the penalty asked for; of a search that tells it. */
  readonly score?: number
}

export interface JudgeTranslateSummary {
  /** In the order of the source, those that could not be read among them, without text. */
  readonly clips: readonly ReadClip[]
  /** What could not be read. */
  readonly broken: readonly BrokenClip[]
  /** Of the model. */
  readonly languages: readonly string[]
  readonly out?: string
}

/** Reads the clips of `source`, motions or a run file's split. Throws ERR_CHECKPOINT for what is no pose-to-text model, ERR_DATA where there are no motions, ERR_USAGE for clips that the model cannot take. */
export async function judgeTranslate(path: string, source: string, options: JudgeTranslateOptions): Promise<JudgeTranslateSummary> {
  const { out, numbers, signal } = options
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  const display = new ProgressDisplay(options)
  const search = {
    ...(options.beams !== undefined && { beams: options.beams }),
    ...(options.alpha !== undefined && { alpha: options.alpha }),
    ...(options.dialect !== undefined && { dialect: options.dialect }),
    ...(options.maxTokens !== undefined && { limit: options.maxTokens }),
    ...(options.glossBeams !== undefined && { glossBeams: options.glossBeams }),
    ...(signal && { signal }),
    onProgress: display.show,
  }
  try {
    const checkpoint = await readCheckpoint(path)
    const description = poseToTextDescription(checkpoint)
    if (numbers === undefined && !isRunFile(source)) {
      const layout = layoutOfMotion(description.config).name
      const leftOut = new LeftOutClips()
      const clips = await readMotions(source, description.languages[0], { ...options, layout, leftOut })
      await using judge = await openJudge(gpu, path, search)
      const read = await judge.translate(clips, search)
      for (const note of judge.notes) warn(note, options)
      const rows = read.map(({ text, glosses }, i) => ({ name: clips[i]!.name, text, ...(glosses !== undefined && { glosses }) }))
      return await told(rows, checkpoint, out, leftOut)
    }
    await using model = restorePoseToText(gpu, checkpoint)
    await using translator = new Translator(gpu, model)
    const frames = (await framesOf(source, description, options)).slice(0, options.limit)
    const read = await translator.translate(frames, search)
    const rows = read.map(({ text, glosses }, i) => ({ name: frames[i]!.name, text, ...(glosses && { glosses: glosses.join(' ') }) }))
    return await told(rows, checkpoint, out)
  } finally {
    display.done()
    await gpu.destroy()
  }
}

/** Clips as frames of the model's numbers: of a run file's split, or of a corpus. */
async function framesOf(source: string, { config, fps, languages }: PoseToTextDescription, options: JudgeTranslateOptions) {
  if (!isRunFile(source)) return loadFrames({ skels: prefixOf(source), numbers: options.numbers!, language: languages[0] ?? '' })
  const split = await splitOfRun(source, options.split ?? 'test', undefined, options)
  return split.input === 'poses' ? posesFor(split.clips, { ...config, fps }, options) : []
}

async function told(
  rows: readonly ReadClip[],
  { model }: Checkpoint,
  out: string | undefined,
  leftOut = new LeftOutClips(),
): Promise<JudgeTranslateSummary> {
  const clips = leftOut.among(rows, withoutText)
  if (out !== undefined) await writeWhole(out, clips.map(({ text }) => `${text}\n`).join(''))
  return { clips, broken: leftOut.broken, languages: (model as { languages: string[] }).languages, ...(out !== undefined && { out }) }
}

/** What stands for a clip that could not be read. */
export const withoutText = (name: string): ReadClip => ({ name, text: '' })

/** A line a clip, for people. */
export function formatReadings({ clips, broken }: JudgeTranslateSummary): string {
  const isBroken = new Set(broken.map(({ name }) => name))
  const withGlosses = clips.some(({ glosses, text }) => glosses !== undefined && glosses !== text)
  return formatTable([
    ['clip', 'text', ...(withGlosses ? ['glosses'] : [])],
    ...clips.map(({ name, text, glosses = '' }) => [
      name,
      text || (isBroken.has(name) ? '(left out)' : '(nothing)'),
      ...(withGlosses ? [glosses] : []),
    ]),
  ])
}
