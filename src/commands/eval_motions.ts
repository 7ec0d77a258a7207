// What is evaluated: motions that a model makes of a split's sentences, or motions that were made elsewhere.

import { counted, someOf } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { telling, type Watched } from '../base/progress.js'
import { readPoseCheckpoint } from '../checkpoint/file.js'
import { restoreModel } from '../checkpoint/restore.js'
import { inLayoutScale } from '../data/layouts/scale.js'
import { resampleMotion } from '../data/motion_resample.js'
import { sourceOf } from '../data/source.js'
import type { Gpu } from '../device/gpu.js'
import { Generator } from '../infer/generator.js'
import type { LengthPolicy } from '../infer/length_policy.js'
import { type GroupDescription, SHARED, type SignModel } from '../model/sign_model.js'
import { type Motion, sameRate } from '../motion/clip.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { facingMotion } from '../motion/layout/mirror.js'
import { lineFor } from '../text/language_mark.js'
import type { SplitClip } from './eval_data.js'
import { motionSource } from './motion_source.js'

/** Motions, each with the clip of the split that it is of. */
export interface MadeMotions {
  readonly clips: readonly SplitClip[]
  readonly motions: readonly Motion[]
  /** What to know of them. */
  readonly notes: readonly string[]
}

export interface GenerateSplitOptions extends Watched {
  readonly policy: LengthPolicy
  readonly signal?: AbortSignal | undefined
  /** Called with the frames of each batch. */
  readonly onBatch?: ((frames: number) => void) | undefined
}

/** Clips generated side by side. */
const BATCH = 8

/**
 * Generates every clip's sentence, free-running unless the policy says otherwise. Sentences that the model cannot read, for they have no word or too many, are left
 * out with a note. Throws ERR_CHECKPOINT for what is no text-to-pose model, ERR_DATA for a language that it has not learned.
 */
export async function generateSplit(
  gpu: Gpu,
  path: string,
  clips: readonly SplitClip[],
  options: GenerateSplitOptions,
): Promise<MadeMotions> {
  const checkpoint = await readPoseCheckpoint(path)
  const model = restoreModel(gpu, checkpoint)
  const { groups } = checkpoint
  const made = new Map<SplitClip, Motion>()
  try {
    const readable = clips.filter((one) => canRead(model, groupOf(one, groups, path), one))
    const tell = telling(options.onProgress, { work: 'generate', unit: 'clip', all: readable.length, speedOf: 'frame' })
    for (const group of new Set(readable.map((one) => groupOf(one, groups, path)))) {
      const own = readable.filter((one) => groupOf(one, groups, path) === group)
      await using generator = new Generator(gpu, model.group(group))
      for (let first = 0; first < own.length; first += BATCH) {
        const batch = own.slice(first, first + BATCH)
        const lengths = batch.map(({ clip }) => clip.frames)
        const texts = batch.map((one) => lineOf(one, model.group(group)))
        const motions = await generator.generate(texts, { policy: options.policy, lengths, signal: options.signal })
        for (const [i, motion] of motions.entries()) made.set(batch[i]!, facingMotion(motion))
        const frames = motions.reduce((sum, motion) => sum + motion.frames, 0)
        options.onBatch?.(frames)
        tell(made.size, frames)
      }
    }
  } finally {
    model.destroy()
  }
  const left = clips.filter((one) => !made.has(one))
  const names = someOf(left.map(({ clip }) => clip.name))
  const unread = `${counted(left.length, 'sentence')} of ${clips.length} that the model cannot read, without a word or too long (${names}): left out`
  const read = clips.filter((one) => made.has(one))
  const timed = atRatesOf(
    read,
    read.map((one) => made.get(one)!),
  )
  return { clips: read, motions: timed.motions, notes: [...checkpoint.notes, ...(left.length > 0 ? [unread] : []), ...timed.notes] }
}

/** The group of a clip's language, or the one of all languages. */
function groupOf({ clip: { language, name } }: SplitClip, groups: readonly GroupDescription[], path: string): string {
  const found = [language, SHARED].flatMap((tag) => groups.find((group) => group.language === tag) ?? [])[0]
  const told = found?.vocabulary.languages ?? []
  if (found && (told.length === 0 || told.includes(language))) return found.language
  const learned = told.length > 0 ? told : groups.map((group) => group.language)
  const problem = `wanted a clip of ${learned.join(', ')}, which ${path} has learned, got one of ${language}`
  throw new SignError('ERR_DATA', name, problem, 'Pass --data')
}

const lineOf = ({ clip, source }: SplitClip, { vocabulary }: Pick<GroupDescription, 'vocabulary'>): string =>
  lineFor(vocabulary, sourceOf(clip, source), clip.language)

function canRead(model: SignModel, group: string, one: SplitClip): boolean {
  const { vocabulary, config } = model.group(group)
  const sentence = vocabulary.encode(sourceOf(one.clip, one.source)).length
  return sentence > 1 && vocabulary.encode(lineOf(one, model.group(group))).length <= config.maxTokens
}

/**
 * Reads motions that were made elsewhere, in any scale and in the layout of the clips: by the names of the clips where all are there, else in their order. Throws ERR_DATA where there are
 * neither those names nor as many motions.
 */
export async function readMade(path: string, clips: readonly SplitClip[], signal?: AbortSignal): Promise<MadeMotions> {
  const layout = clips[0] && layoutOfMotion(clips[0].clip).name
  const source = await motionSource(path, clips[0]?.clip.language, { signal, layout })
  const spelled = new Map(source.names.map((name) => [name.normalize('NFC'), name]))
  const missing = clips.filter(({ clip }) => !spelled.has(clip.name.normalize('NFC'))).map(({ clip }) => clip.name)
  if (missing.length > 0 && source.names.length !== clips.length) {
    const problem = `wanted a motion for each of ${counted(clips.length, 'clip')}, got ${source.names.length}, without ${someOf(missing)}`
    throw new SignError('ERR_DATA', path, problem, 'Name the motions as the clips, or give as many in the same order')
  }
  const names = missing.length === 0 ? clips.map(({ clip }) => spelled.get(clip.name.normalize('NFC'))!) : source.names
  const motions: Motion[] = []
  const refuse = (_: string, error: SignError): never => {
    throw error
  }
  for await (const motion of source.read(names, refuse)) {
    signal?.throwIfAborted()
    const { name } = motion
    const { joints, confidence, frames, fps, layout: own } = inLayoutScale(motion, name)
    motions.push({ joints, frames, fps, ...(own && { layout: own }), ...(confidence && { confidence }) })
  }
  const order = `motions of ${path.split(/[/\\]/).at(-1)} are not named as the clips, and were taken in their order`
  const timed = atRatesOf(clips, motions)
  return { clips, motions: timed.motions, notes: [...(missing.length > 0 ? [order] : []), ...timed.notes] }
}

/** At the rates of the clips, which are what the judges learned from. */
function atRatesOf(clips: readonly SplitClip[], motions: readonly Motion[]): Pick<MadeMotions, 'motions' | 'notes'> {
  const other = motions.findIndex(({ fps }, i) => !sameRate(fps, clips[i]!.clip.fps))
  if (other < 0) return { motions, notes: [] }
  const note = `motions of ${motions[other]!.fps} frames per second were brought to the ${clips[other]!.clip.fps} of the clips`
  return { motions: motions.map((motion, i) => resampleMotion(motion, clips[i]!.clip.fps, clips[i]!.clip.name)), notes: [note] }
}
