import { type Cost, defineKernel, type ParamValues, type Variant } from '../device/kernel.js'
import { attention, type shape, subgroupVariant, tiledVariant } from './attention.js'
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

const inRows = ({ queries }: Shape): number => queries

/** A cost with q, k and v read as halves. */
const withHalves = ({ flops, bytes }: Cost, { batch, queries, keys, heads, headWidth }: Shape): Cost => ({
  flops,
  bytes: bytes - 2 * batch * heads * headWidth * (queries + 2 * keys),
})

/**
 * As `attention`, of q, k and v in f16, with weights exp(s) rounded to halves before they are multiplied with v; scores, exponentials, sums,
 * y and logSumExp in f32. What half() makes of numbers below 2⁻¹⁴ is as in `linearHalf`.
 */
export const attentionHalf = defineKernel({
  ...attention,
  name: 'attention_half',
  variants: [
    matrixVariant('attention_half_matrix', 'KEYS', inRows),
    subgroupVariant('attention_half_subgroup', inRows),
    tiledVariant('attention_half_tiled', inRows),
  ],
  cost: (params) => withHalves(attention.cost(params), params),
})
