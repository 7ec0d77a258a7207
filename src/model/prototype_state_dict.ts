// The tensor names of Sign2GPT's released prototype head (`post_model.` in a checkpoint of its first stage), translated to ours.

import { SignError } from '../base/errors.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import type { PrototypeSizes } from '../nn/prototypes.js'

export interface PrototypeNames {
  /** What theirs begin with; other tensors are not looked at. */
  readonly prefix?: string
  /** The head's name in our model. */
  readonly name: string
  readonly who: string
}

/**
 * The head's tensors, of weights or of gradients: their prototypes [vector, classes, 1] as rows, with the zero class behind them. Throws
 * ERR_CHECKPOINT for one that is missing, unknown, of another shape, or a zero class that is not all zeros.
 */
export function prototypeTensors(theirs: HostTensors, { prefix = 'post_model.', name, who }: PrototypeNames): Map<string, HostTensor> {
  const refuse = (problem: string) => new SignError('ERR_CHECKPOINT', who, problem, 'Export the whole state dict of the first stage')
  const need = (own: string, matches: (shape: readonly number[]) => boolean, wanted: string): HostTensor => {
    const tensor = theirs.get(`${prefix}${own}`)
    if (tensor && matches(tensor.shape)) return tensor
    throw refuse(`wanted '${prefix}${own}' as ${wanted}, got ${tensor ? `[${tensor.shape.join(', ')}]` : 'none'}`)
  }
  const unknown = [...theirs.keys()].find((key) => key.startsWith(prefix) && !KNOWN.has(key.slice(prefix.length)))
  if (unknown !== undefined) throw refuse(`wanted the tensors of a prototype head, got '${unknown}' too`)

  const weight = need('fc_hidden.weight', ({ length }) => length === 2, '[vector, width]')
  const [vector] = weight.shape as [number, number]
  const bias = need('fc_hidden.bias', (shape) => shape.join() === `${vector}`, `[${vector}]`)
  const vectors = need('vocab_embedding', ([rows, , ...rest]) => rows === vector && rest.join() === '1', `[${vector}, classes, 1]`)
  const zero = theirs.get(`${prefix}zero_embedding`)
  if (zero?.data.some((v) => v !== 0)) throw refuse(`wanted zeros in '${prefix}zero_embedding', got other numbers`)
  const scalar = (own: string) => need(own, (shape) => shape.join() === '' || shape.join() === '1', 'one number').data[0]!
  return new Map([
    [`${name}/hidden/weight`, weight],
    [`${name}/hidden/bias`, bias],
    [`${name}/vectors`, rowsOf(vectors)],
    [`${name}/temperatures`, { shape: [2], data: Float32Array.of(scalar('class_temperature'), scalar('time_temperature')) }],
  ])
}

/** Whether a tensor of a whole checkpoint is of what follows the sign encoder in its first stage. */
export const isPrototypeName = (name: string): boolean => name.startsWith('post_model.') && KNOWN.has(name.slice('post_model.'.length))

const KNOWN = new Set(['fc_hidden.weight', 'fc_hidden.bias', 'vocab_embedding', 'zero_embedding', 'class_temperature', 'time_temperature'])

/** [vector, classes, 1] as [classes + 1, vector], the last row of zeros. */
function rowsOf({ shape, data }: HostTensor): HostTensor {
  const [vector, classes] = shape as [number, number]
  const rows = new Float32Array((classes + 1) * vector)
  for (let v = 0; v < classes; v++) for (let c = 0; c < vector; c++) rows[v * vector + c] = data[c * classes + v]!
  return { shape: [classes + 1, vector], data: rows }
}

/** What {@link prototypeTensors}' shapes tell. */
export function prototypeSizes(tensors: HostTensors, name: string): PrototypeSizes {
  const [vectorWidth, width] = tensors.get(`${name}/hidden/weight`)!.shape as [number, number]
  return { width, vectorWidth, classes: tensors.get(`${name}/vectors`)!.shape[0]! - 1 }
}
