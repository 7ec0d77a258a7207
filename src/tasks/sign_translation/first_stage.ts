// What a sign translation training begins with: first weights, with those of stage 1 in the place of what reads signing, and of the decoder where that writes the
// same words.

import { isDeepStrictEqual } from 'node:util'
import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { type Checkpoint, tensorsUnder } from '../../checkpoint/checkpoint.js'
import { signTextMatchingDescription } from '../../checkpoint/sign_text_matching.js'
import { convolvedSpecs } from '../../model/convolved_signs.js'
import { restoringSpecs } from '../../model/sign_text_matching.js'
import type { SignTranslationDescription } from '../../model/sign_translation.js'
import type { HostTensors } from '../../nn/host_tensor.js'
import { readingSpecs } from '../../nn/text_transformer.js'

/** What decides the shapes of what reads signing, and what its numbers mean. */
const deciding = {
  signs: ['input', 'layout', 'numbers', 'images', 'features', 'width', 'padding'],
  transformer: ['width', 'heads', 'hidden', 'encoderLayers', 'activation', 'places'],
} as const
/** The same of the decoder, beside its words. */
const ofDecoder = ['decoderLayers', 'heads', 'hidden', 'activation', 'places'] as const

/** What is taken of stage 1, by the names that stage 2 has for it. */
export interface FirstStage {
  readonly tensors: HostTensors
  /** What was taken and what was not. */
  readonly note: string
}

/** Throws ERR_CONFIG naming what of the run file is another than in the stage that it begins with, ERR_CHECKPOINT for what is no such stage. */
export function firstStage({ config, text }: SignTranslationDescription, stage: Checkpoint): FirstStage {
  const theirs = signTextMatchingDescription(stage)
  for (const part of ['signs', 'transformer'] as const)
    for (const size of deciding[part]) {
      const [wanted, got] = [config, theirs.config].map((one) => (one[part] as unknown as Readonly<Record<string, unknown>>)[size])
      if (isDeepStrictEqual(wanted, got)) continue
      const problem = `wanted ${size} ${described(wanted)}, as the run file has it, got ${described(got)}`
      throw new SignError('ERR_CONFIG', stage.path, problem, nextMoveFor(size))
    }
  const reading = [...convolvedSpecs(config.signs), ...readingSpecs(config.transformer, config.transformer.places)]
  const writing = restoringSpecs(theirs.config, theirs.text)
  const why = untaken()
  const learnt = tensorsUnder(stage, 'weights/')
  const names = [...reading, ...(why === undefined ? writing : [])].map(({ name }) => name)
  const decoder =
    why === undefined ? `, and its decoder with its words (${counted(writing.length, 'tensor')})` : `; not its decoder, ${why}`
  return {
    tensors: new Map(names.map((name) => [name, learnt.get(name)!])),
    note: `begins with what reads signing in ${stage.path} (${counted(reading.length, 'tensor')})${decoder}`,
  }

  /** Why the decoder is not taken. */
  function untaken(): string | undefined {
    if (!theirs.config.restoring) return 'since none was trained'
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(theirs.text)), JSON.parse(JSON.stringify(text)))) return 'which has other words'
    const other = ofDecoder.find((size) => config.transformer[size] !== theirs.config.transformer[size])
    if (other) return `which has ${other} ${theirs.config.transformer[other]}`
    return config.tied === theirs.config.restoring.tied ? undefined : `which has tied: ${theirs.config.restoring.tied}`
  }
}

const described = (size: unknown): string => (size === undefined ? 'none' : typeof size === 'object' ? JSON.stringify(size) : String(size))

function nextMoveFor(size: string): string {
  if (size === 'numbers' || size === 'layout') return 'Train both stages on frames of one layout'
  return size === 'input' ? 'Set input as in stage 1' : `Set model.${size} as in stage 1`
}
