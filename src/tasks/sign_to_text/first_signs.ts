// What a sign-to-text training begins with: first weights, with those of stage 1 in the place of what reads signing.

import { SignError } from '../../base/errors.js'
import { type Checkpoint, tensorsUnder } from '../../checkpoint/checkpoint.js'
import { pseudoGlossDescription } from '../../checkpoint/pseudo_gloss.js'
import { type SignToTextDescription, signToTextSpecs } from '../../model/sign_to_text.js'
import { signSpecs } from '../../model/sign_tokens.js'
import type { HostTensor } from '../../nn/host_tensor.js'
import { initialTensors } from '../../nn/init.js'

/** What decides the shapes of what reads signing, and what its numbers mean. */
const DECIDING = [
  ...(['input', 'numbers', 'width', 'heads', 'hidden', 'stages'] as const),
  ...(['attention', 'window', 'downSample', 'positions', 'padding'] as const),
] as const

/** Throws ERR_CONFIG naming what of the run file is another than in the stage that it begins with, ERR_CHECKPOINT for what is no such stage. */
export function checkSameSigns({ config }: SignToTextDescription, stage: Checkpoint): void {
  const { config: theirs } = pseudoGlossDescription(stage)
  for (const size of DECIDING) {
    const [wanted, got] = [String(config.signs[size]), String(theirs[size])]
    if (wanted === got) continue
    const problem = `wanted ${size} ${wanted}, as the run file has it, got ${got}`
    const nextMove = size === 'numbers' ? 'Train both stages on frames of one layout' : `Set model.${size} as in stage 1`
    throw new SignError('ERR_CONFIG', stage.path, problem, size === 'input' ? 'Set input as in stage 1' : nextMove)
  }
}

/** First weights of a model. Throws as `checkSameSigns`. */
export function firstTensors(description: SignToTextDescription, stage: Checkpoint | undefined): Map<string, HostTensor> {
  const tensors = initialTensors(signToTextSpecs(description.config), description.seed)
  if (!stage) return tensors
  checkSameSigns(description, stage)
  const learnt = tensorsUnder(stage, 'weights/')
  for (const { name } of signSpecs(description.config.signs)) {
    const tensor = learnt.get(name)
    if (tensor) tensors.set(name, tensor)
  }
  return tensors
}
