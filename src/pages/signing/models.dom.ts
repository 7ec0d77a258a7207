// The models that the worker has open: those that sign, and those that translate.

import { SignError } from '../../base/errors.js'
import type { OnProgress } from '../../base/progress.js'
import type { Checkpoint } from '../../checkpoint/checkpoint.js'
import { parseCheckpoint } from '../../checkpoint/parse.js'
import { poseToTextDescription, restorePoseToText } from '../../checkpoint/pose_to_text.js'
import { POSE_TO_TEXT, TEXT_TO_POSE } from '../../checkpoint/tasks.js'
import { toSkeleton } from '../../data/layouts/convert.js'
import { inLayoutScale } from '../../data/layouts/scale.js'
import { motionFrames } from '../../data/motion_frames.js'
import type { Gpu } from '../../device/gpu.js'
import { Translator } from '../../infer/translator.js'
import type { Motion } from '../../motion/clip.js'
import { layoutOfMotion } from '../../motion/layout/layouts.js'
import { openGpu } from '../../platform/web/open.js'
import { OpenSigner, signerOn } from '../../signer/signer.js'
import type { ModelSource, OpenedModel, Reply, ServedModel } from './messages.js'
import { servedSigning, servedTranslation } from './served.js'

interface Translation {
  readonly text: string
  readonly glosses: string | undefined
  readonly notes: readonly string[]
}

interface OpenTranslator {
  translate(motion: Motion, signal: AbortSignal): Promise<Translation>
}

/** What signs, here or in the service: says how it reads, then the motion in pieces. */
interface PageSigner {
  sign(text: string, language: string, signal: AbortSignal): AsyncGenerator<Reply>
  prompt(text: string, language: string | undefined, signal: AbortSignal): AsyncGenerator<Reply>
}

/** One GPU for all of them, opened with the first. */
let gpu: Promise<Gpu> | undefined
const signers = new Map<number, PageSigner>()
const translators = new Map<number, OpenTranslator>()

/** Opens a model under a number. Throws as `Signer.open`, and ERR_CHECKPOINT for a model of a task that the page has no use for. */
export async function openModel(
  number: number,
  source: ModelSource,
  how: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<OpenedModel> {
  if (typeof source === 'object' && 'served' in source) return openServed(number, source)
  gpu ??= openGpu().then((opened) => opened.gpu)
  // Before the model is fetched: without WebGPU it is of no use.
  const onGpu = await gpu.catch((error: unknown) => {
    gpu = undefined
    throw error
  })
  const checkpoint = await parseCheckpoint(source, how)
  const about = { name: checkpoint.card?.name ?? nameOf(source), task: checkpoint.task, licence: checkpoint.card?.licence }
  if (checkpoint.task === POSE_TO_TEXT) {
    translators.set(number, translatorOf(onGpu, checkpoint))
    const { languages } = poseToTextDescription(checkpoint)
    return { ...about, languages, readsPrompts: false, notes: checkpoint.notes }
  }
  if (checkpoint.task !== TEXT_TO_POSE) {
    const problem = `wanted a model that signs (${TEXT_TO_POSE}) or translates (${POSE_TO_TEXT}), got ${checkpoint.task}`
    throw new SignError('ERR_CHECKPOINT', checkpoint.path, problem, 'Choose another model')
  }
  const signer = await signerOn(OpenSigner, checkpoint, { gpu: onGpu, signal: how.signal }, async () => onGpu)
  signers.set(number, signerHere(signer))
  const { languages, readsPrompts, notes } = signer
  return { ...about, languages, readsPrompts, notes }
}

const nameOf = (source: string | File): string => (typeof source === 'string' ? (source.split('/').at(-1) ?? source) : source.name)

/** The signer of a number. The page asks only for what it has opened. */
export const signerOf = (number: number): PageSigner => present(signers.get(number), number)

export const translatorAt = (number: number): OpenTranslator => present(translators.get(number), number)

function present<T>(found: T | undefined, number: number): T {
  if (found === undefined) throw new SignError('ERR_USAGE', `model ${number}`, 'wanted an open model, got none', 'Open it first')
  return found
}

/** A model that the service has open: nothing is fetched, and no GPU is needed here. */
function openServed(number: number, model: ServedModel): OpenedModel {
  const { served: name, task, languages, readsPrompts } = model
  if (task === POSE_TO_TEXT) translators.set(number, { translate: (motion, signal) => servedTranslation(model, motion, signal) })
  else
    signers.set(number, {
      sign: (text, language, signal) => servedSigning(model, { text }, language, signal),
      prompt: (prompt, language, signal) => servedSigning(model, { prompt }, language, signal),
    })
  return { name, task, licence: undefined, languages, readsPrompts, notes: [] }
}

function signerHere(signer: OpenSigner): PageSigner {
  return {
    async *sign(text, language, signal) {
      const unknownWords = signer.unknownWords(text, { language })
      yield { kind: 'read', reading: { language, tokens: signer.tokensOf(text, { language }), unknownWords } }
      for await (const motion of signer.stream(text, { language, signal })) yield { kind: 'piece', motion }
    },
    async *prompt(text, language, signal) {
      const { reading, motion } = await signer.prompt(text, { language, signal })
      yield { kind: 'read', reading }
      yield { kind: 'piece', motion }
    },
  }
}

function translatorOf(onGpu: Gpu, checkpoint: Checkpoint): OpenTranslator {
  const { config, fps } = poseToTextDescription(checkpoint)
  const layout = layoutOfMotion(config)
  const translator = new Translator(onGpu, restorePoseToText(onGpu, checkpoint))
  return {
    async translate(motion, signal) {
      const given = layout.name === 'skeleton-50' && layoutOfMotion(motion).dims === 3 ? toSkeleton(motion) : motion
      if (layoutOfMotion(given) !== layout) {
        const problem = `wanted the points of ${layout.name}, got ${layoutOfMotion(given).name}`
        throw new SignError('ERR_DATA', checkpoint.path, problem, 'Choose a model that reads these points')
      }
      const { values, frames, notes } = motionFrames(inLayoutScale(given, 'motion'), { fps, maxFrames: config.maxFrames }, 'the model')
      const [read] = await translator.translate([{ values, frames }], { signal })
      return { text: read!.text, glosses: read!.glosses?.join(' '), notes }
    },
  }
}
