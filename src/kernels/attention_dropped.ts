import { type Access, defineKernel, type Kernel, taking, textOf } from '../device/kernel.js'
import { attention, attentionGradKeyValue, attentionGradQuery, shape } from './attention.js'
import { attentionHalf, attentionHalfGradKeyValue, attentionHalfGradQuery } from './attention_half.js'

/** Besides what attention is told: a share `rate` of the pairs of query and key, 0 ≤ rate < 1, is dropped by the step's seed and the place's stream. */
const droppedShape = { ...shape, stream: 'u32', rate: 'f32' } as const

/** A kernel of attention whose weights are dropped, in all its variants: the same texts with parts that draw. seed u32 [4], of which two are used. */
function dropping<B extends Record<string, Access>>(
  kernel: Kernel<B, typeof shape>,
): Kernel<B & { readonly seed: 'read' }, typeof droppedShape> {
  const named = (name: string) => name.replace(/^attention(_half)?/, '$&_dropped')
  const { file, takes = [] } = textOf(kernel.name, kernel)
  return defineKernel({
    ...kernel,
    name: named(kernel.name),
    text: { file, takes: [...takes, 'dropped'] },
    buffers: { ...kernel.buffers, seed: 'read' },
    params: droppedShape,
    variants: kernel.variants!.map((variant) => taking('dropped', named(variant.shader), variant)),
  })
}

/**
 * As `attention`, with a share of the weights dropped once the softmax is made, the rest enlarged by 1/(1 - rate): y = keep ⊙ softmax(scale · q·kᵀ)·v.
 * logSumExp is of all weights.
 */
export const attentionDropped = dropping(attention)

/** The gradient at q of an attentionDropped of the same seed and stream; rowStats from its results. */
export const attentionDroppedGradQuery = dropping(attentionGradQuery)

/** The gradients at k and v of an attentionDropped of the same seed and stream; rowStats from its results. */
export const attentionDroppedGradKeyValue = dropping(attentionGradKeyValue)

/** As `attentionDropped`, of operands in f16: weights are rounded as in `attentionHalf`, before the kept ones are enlarged. */
export const attentionHalfDropped = dropping(attentionHalf)

/** As `attentionDroppedGradQuery`, of operands in f16. */
export const attentionHalfDroppedGradQuery = dropping(attentionHalfGradQuery)

/** As `attentionDroppedGradKeyValue`, of operands in f16. */
export const attentionHalfDroppedGradKeyValue = dropping(attentionHalfGradKeyValue)
