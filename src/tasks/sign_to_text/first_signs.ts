// What a sign-to-text training begins with: first weights, with those of stage 1 in the place of what reads signing.

import { SignError } from '../../base/errors.js'
import { type Checkpoint, tensorsUnder } from '../../checkpoint/checkpoint.js'
import { pseudoGlossDescription } from '../../checkpoint/pseudo_gloss.js'
import { VQ_SIGN } from '../../checkpoint/tasks.js'
import { vqSignDescription } from '../../checkpoint/vq_sign.js'
import type { SignConfig } from '../../model/sign_sizes.js'
import { type SignToTextDescription, signToTextSpecs } from '../../model/sign_to_text.js'
import { signSpecs } from '../../model/sign_tokens.js'
import { CODEBOOK, type VqSignConfig } from '../../model/vq_sign.js'
import type { HostTensor } from '../../nn/host_tensor.js'
import type { ImageEncoderConfig } from '../../nn/image_encoder_config.js'
import { initialTensors } from '../../nn/init.js'
import { type PublishedEncoder, withEncoder } from '../image_source.js'

/** What decides the shapes of what reads signing, and what its numbers mean. */
const DECIDING = [
  ...(['input', 'layout', 'numbers', 'images', 'width', 'heads', 'hidden', 'stages'] as const),
  ...(['attention', 'window', 'downSample', 'positions', 'padding'] as const),
] as const

/** Throws ERR_CONFIG naming what of the run file is another than in the stage that it begins with, ERR_CHECKPOINT for what is no such stage. */
export function checkSameSigns({ config }: SignToTextDescription, stage: Checkpoint): void {
  const theirs = stageSigns(stage)
  if ('codes' in theirs && config.codes !== undefined && theirs.codes !== config.codes) {
    const problem = `wanted ${config.codes} codes, as the run file has it, got ${theirs.codes}`
    throw new SignError('ERR_CONFIG', stage.path, problem, 'Set codes.count as in stage 1')
  }
  if (config.codes !== undefined && !config.signsTrained && !('codes' in theirs)) {
    const problem = 'wanted a stage of task vq-sign, whose codes stay as they are with signs: frozen, got one without codes'
    throw new SignError('ERR_CONFIG', stage.path, problem, 'Name such a stage as initFrom, or set signs: trained')
  }
  if (config.words && !('codes' in theirs)) {
    const problem = 'wanted a stage of task vq-sign, in whose codes there are words, got one without codes'
    throw new SignError('ERR_CONFIG', stage.path, problem, 'Name such a stage as initFrom, or set codes.as: tokens')
  }
  for (const size of DECIDING) {
    const [wanted, got] = [described(shown(config.signs)[size]), described(shown(theirs)[size])]
    if (wanted === got) continue
    const problem = `wanted ${size} ${wanted}, as the run file has it, got ${got}`
    const nextMove =
      size === 'numbers' || size === 'layout' ? 'Train both stages on frames of one layout' : `Set model.${size} as in stage 1`
    throw new SignError('ERR_CONFIG', stage.path, problem, size === 'input' ? 'Set input as in stage 1' : nextMove)
  }
}

/** What reads signing in a stage that another begins with. */
const stageSigns = (stage: Checkpoint): SignConfig | VqSignConfig =>
  stage.task === VQ_SIGN ? vqSignDescription(stage).config : pseudoGlossDescription(stage).config

/** With the layout that is not said where it is the 50 joints. */
const shown = (signs: SignConfig): SignConfig => ({ layout: 'skeleton-50', ...signs })

/** A size as messages have it; of an image encoder, what decides its shapes. */
function described(size: SignConfig[(typeof DECIDING)[number]]): string {
  if (typeof size !== 'object' || Array.isArray(size)) return String(size)
  const { trained: _, layerScale: __, ...shapes } = size as ImageEncoderConfig & { readonly layerScale?: number }
  return JSON.stringify(shapes)
}

/** What a training begins with that is not made from the seed. */
export interface FirstSigns {
  /** Stage 1, whose image encoder, frames and sign encoder it has. */
  readonly stage?: Checkpoint | undefined
  /** A published image encoder. */
  readonly encoder?: PublishedEncoder | undefined
}

/** First weights of a model. Throws as `checkSameSigns`. */
export function firstTensors(description: SignToTextDescription, { stage, encoder }: FirstSigns): Map<string, HostTensor> {
  const { signs } = description.config
  const tensors = withEncoder(initialTensors(signToTextSpecs(description.config), description.seed), encoder, signs, description.seed)
  if (!stage) return tensors
  checkSameSigns(description, stage)
  const learnt = tensorsUnder(stage, 'weights/')
  for (const name of [...signSpecs(signs).map((spec) => spec.name), ...(description.config.codes === undefined ? [] : [CODEBOOK])]) {
    const tensor = learnt.get(name)
    if (tensor) tensors.set(name, tensor)
  }
  return tensors
}
