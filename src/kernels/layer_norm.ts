import { type AdapterTraits, defineKernel, lanes } from '../device/kernel.js'
import { subgroupRows, workgroupColumns } from './reductions.js'

/** Vectors of a row that a lane keeps at most: of a GPU lane's registers up to half. Software drivers compile more for seconds, to no gain. */
const mostTurns = ({ software }: AdapterTraits): number => (software ? 4 : 16)

/** The variant in which a subgroup owns a row. */
const rowVariant = (shader: string) => ({
  ...subgroupRows,
  shader,
  constants: ({ width }: { readonly width: number }, traits: AdapterTraits) => ({
    LANES: traits.subgroupSize!,
    TURNS: Math.min(mostTurns(traits), Math.ceil(width / (4 * traits.subgroupSize!))),
  }),
})

/**
 * The variant in which a subgroup owns as many rows as it has lanes. Measured on software drivers a tenth faster than the portable variant;
 * on a GPU its lanes would read rows far apart.
 */
const rowsVariant = {
  shader: 'layer_norm_rows',
  text: { file: 'layer_norm', takes: ['subgroup'] } as const,
  suits: ({ software, features, subgroupSize }: AdapterTraits): boolean =>
    software && features.has('subgroups') && (subgroupSize === 4 || subgroupSize === 8),
  workgroups: ({ rows }: { readonly rows: number }, { subgroupSize }: AdapterTraits) => lanes(rows, subgroupSize!),
  constants: (_: unknown, { subgroupSize }: AdapterTraits) => ({ LANES: subgroupSize! }),
}

/** Measured a third faster in the gradient on SwiftShader's 4 lanes; the forward is not. */
const gradSuits = (traits: AdapterTraits): boolean => subgroupRows.suits(traits) || (subgroupRows.runs(traits) && traits.subgroupSize === 4)

/**
 * y = (x - mean) / √(variance + epsilon) · gamma + beta, row by row. x, y [rows, width]; gamma, beta [width]; width a multiple of 4.
 * stats [rows, 2] keeps mean and 1/√(variance + epsilon) of each row for both gradients. epsilon must be above 0.
 */
export const layerNorm = defineKernel({
  name: 'layer_norm',
  buffers: { x: 'read', gamma: 'read', beta: 'read', y: 'write', stats: 'write' },
  params: { rows: 'u32', width: 'u32', epsilon: 'f32' },
  workgroups: ({ rows }) => lanes(rows, 64),
  variants: [rowsVariant, rowVariant('layer_norm_subgroup')],
  cost: ({ rows, width }) => ({ flops: 8 * rows * width, bytes: 8 * rows * width + 8 * rows + 8 * width }),
})

/** The gradient at x of a layerNorm. x, dy, dx [rows, width]; gamma [width]; stats [rows, 2]. `accumulate` 1 adds onto dx, 0 replaces it. */
export const layerNormGrad = defineKernel({
  name: 'layer_norm_grad',
  buffers: { x: 'read', gamma: 'read', stats: 'read', dy: 'read', dx: 'write' },
  params: { rows: 'u32', width: 'u32', accumulate: 'u32' },
  workgroups: ({ rows }) => lanes(rows, 64),
  variants: [{ ...rowVariant('layer_norm_grad_subgroup'), text: { file: 'layer_norm_grad', takes: ['subgroup'] }, suits: gradSuits }],
  cost: ({ rows, width, accumulate }) => ({
    flops: (12 + accumulate) * rows * width,
    bytes: (12 + 4 * accumulate) * rows * width + 8 * rows + 4 * width,
  }),
})

/** Adds the gradients at gamma and beta of a layerNorm onto dGamma and dBeta, both [width]. x, dy [rows, width]; stats [rows, 2]. */
export const layerNormWeightGrad = defineKernel({
  name: 'layer_norm_weight_grad',
  buffers: { x: 'read', stats: 'read', dy: 'read', dGamma: 'update', dBeta: 'update' },
  params: { rows: 'u32', width: 'u32' },
  workgroups: ({ width }) => lanes(width / 4, 16),
  variants: [
    {
      ...workgroupColumns,
      shader: 'layer_norm_weight_grad_workgroup',
      text: { file: 'column_sum_workgroup', takes: ['normed'] },
      workgroups: ({ width }, _, { ACROSS }) => lanes(width / 4, ACROSS!),
    },
  ],
  cost: ({ rows, width }) => ({ flops: 5 * rows * width, bytes: 8 * rows * width + 8 * rows + 16 * width }),
})
