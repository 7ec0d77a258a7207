import { type Cost, defineKernel, f16Variant, type ParamValues, type Variant } from '../device/kernel.js'
import { attention, attentionGradKeyValue, attentionGradQuery, type shape, subgroupVariant, tiledVariant } from './attention.js'
import { halfMatrices } from './linear_half.js'

type Shape = ParamValues<typeof shape>

/** The variant for matrix units; `rows` are queries or keys. A subgroup has 16 of them, and blocks of 32 of the others while they fit in 48 KiB. */
function matrixVariant(shader: string, block: 'KEYS' | 'QUERIES', rows: (params: Shape) => number): Variant<typeof shape> {
  return {
    shader,
    suits: halfMatrices,
    workgroups: (params, _, { LANES }) => [Math.ceil((2 * rows(params)) / LANES!), params.batch * params.heads],
    constants: ({ headWidth }) => ({ WIDTH: Math.ceil(headWidth / 16), [block]: headWidth <= 384 ? 32 : 16 }),
    tune: { LANES: [128, 64] },
  }
}

const inQueries = ({ queries }: Shape): number => queries

const inKeys = ({ keys }: Shape): number => keys

/** A cost with k and v, and so many tensors shaped like q, read as halves. */
const withHalves = ({ flops, bytes }: Cost, { batch, queries, keys, heads, headWidth }: Shape, likeQ: number): Cost => ({
  flops,
  bytes: bytes - 2 * batch * heads * headWidth * (likeQ * queries + 2 * keys),
})

/**
 * As `attention`, of q, k and v in f16, with weights exp(s) rounded to halves before they are multiplied with v; scores, exponentials, sums,
 * y and logSumExp in f32. What half() makes of numbers below 2⁻¹⁴ is as in `linearHalf`.
 */
export const attentionHalf = defineKernel({
  ...attention,
  name: 'attention_half',
  text: { file: 'attention', takes: ['f16', 'rounded'] },
  variants: [
    f16Variant('attention_half_matrix', matrixVariant('attention_half_matrix', 'KEYS', inQueries)),
    f16Variant('attention_half_subgroup', subgroupVariant('attention_subgroup', inQueries)),
    f16Variant('attention_half_tiled', tiledVariant('attention_tiled', inQueries)),
  ],
  cost: (params) => withHalves(attention.cost(params), params, 1),
})

/** As `attentionGradQuery`, of q, k, v and dy in f16, with the gradients at the scores rounded to halves; rowStats from these kernels' forward. */
export const attentionHalfGradQuery = defineKernel({
  ...attentionGradQuery,
  name: 'attention_half_grad_query',
  text: { file: 'attention_grad_query', takes: ['f16', 'rounded'] },
  variants: [
    f16Variant('attention_half_grad_query_matrix', matrixVariant('attention_half_grad_query_matrix', 'KEYS', inQueries)),
    f16Variant('attention_half_grad_query_subgroup', subgroupVariant('attention_grad_query_subgroup', inQueries)),
    f16Variant('attention_half_grad_query_tiled', tiledVariant('attention_grad_query_tiled', inQueries)),
  ],
  cost: (params) => withHalves(attentionGradQuery.cost(params), params, 2),
})

/** As `attentionGradKeyValue`, of q, k, v and dy in f16, with weights and the gradients at the scores rounded to halves. */
export const attentionHalfGradKeyValue = defineKernel({
  ...attentionGradKeyValue,
  name: 'attention_half_grad_key_value',
  text: { file: 'attention_grad_key_value', takes: ['f16', 'rounded'] },
  variants: [
    f16Variant('attention_half_grad_key_value_matrix', matrixVariant('attention_half_grad_key_value_matrix', 'QUERIES', inKeys)),
    f16Variant('attention_half_grad_key_value_subgroup', subgroupVariant('attention_grad_key_value_subgroup', inKeys)),
    f16Variant('attention_half_grad_key_value_tiled', tiledVariant('attention_grad_key_value_tiled', inKeys)),
  ],
  cost: (params) => withHalves(attentionGradKeyValue.cost(params), params, 2),
})
