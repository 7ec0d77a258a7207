import {
  type AdapterTraits,
  type Constants,
  type Cost,
  defineKernel,
  f16Variant,
  type ParamValues,
  taking,
  type Variant,
} from '../device/kernel.js'
import {
  backwardVariant,
  linear,
  linearGrad,
  linearWeightGrad,
  outputs,
  type ShapeOf,
  type Size,
  subgroupVariant,
  tiledVariant,
} from './linear.js'
import { FULL_GPU_WORKGROUPS } from './slices.js'

/** Matrices of halves with sums in f32, 16 by 16 by 16, by subgroups of 32: what NVIDIA's tensor cores offer. */
export const halfMatrices = ({ subgroupSize, subgroupMatrices }: AdapterTraits): boolean =>
  subgroupSize === 32 && (subgroupMatrices?.has('f16 f32 16x16x16') ?? false)

/** Workgroups that keep the multiprocessors of a large GPU busy. */
const MATRIX_WORKGROUPS = 128

/** A workgroup's tile is 32·ROWS by 64·COLS / SLICES: the larger, the less is loaded for a product, but a small output needs many workgroups. */
interface MatrixTile extends Constants {
  readonly ROWS: number
  readonly COLS: number
}

/** From the largest to the smallest. */
const tileSizes: readonly MatrixTile[] = [
  { ROWS: 4, COLS: 4 },
  { ROWS: 4, COLS: 2 },
  { ROWS: 2, COLS: 2 },
  { ROWS: 2, COLS: 1 },
  { ROWS: 1, COLS: 1 },
]

// For weight gradients, whose sums may be cut into slices. Both operands come in f32, and the bias has registers of its own: no 4 columns of
// matrices. Not measured on a GPU yet.
const slicedTileSizes: readonly MatrixTile[] = [
  { ROWS: 4, COLS: 2, SLICES: 1 },
  { ROWS: 2, COLS: 2, SLICES: 1 },
  { ROWS: 2, COLS: 2, SLICES: 2 },
  { ROWS: 1, COLS: 2, SLICES: 2 },
  { ROWS: 1, COLS: 1, SLICES: 2 },
]

/** The variant for matrix units. Of `sizes` the first is taken that makes `enough` workgroups. */
function matrixVariant(shader: string, shape: ShapeOf, sizes = tileSizes, enough = MATRIX_WORKGROUPS): Variant<Size> {
  const gridOf = (params: ParamValues<Size>, { ROWS, COLS, SLICES = 1 }: Constants) => {
    const { rows, cols } = shape(params)
    return [Math.ceil(cols / ((64 * COLS!) / SLICES)), Math.ceil(rows / (32 * ROWS!))] as const
  }
  return {
    shader,
    suits: halfMatrices,
    workgroups: (params, _, tile) => gridOf(params, tile),
    constants: (params) => sizes.find((tile) => gridOf(params, tile).reduce((x, y) => x * y) >= enough) ?? sizes.at(-1)!,
    tune: { ROWS: [1, 2, 4], COLS: [1, 2, 4] },
  }
}

/** Bytes of a workgroup's memory that linear_half_weight_grad_matrix takes: its tiles of dy and x with padded rows, and 128 vectors more. */
const tileBytes = ({ ROWS, COLS, SLICES }: Constants): number => 8 * (32 * SLICES! * (8 * ROWS! + 2 + (16 * COLS!) / SLICES! + 2) + 128)

/** What a workgroup may take; the widest tile of linear_half_matrix is as much. */
const WORKGROUP_BYTES = 32768

/** A cost with the weights read as halves: two bytes each instead of four. */
export const withHalves = ({ flops, bytes }: Cost, { inner, cols }: ParamValues<Size>): Cost => ({ flops, bytes: bytes - 2 * inner * cols })

/**
 * As `linear`, of half(x) and weights w [cols, inner] in f16; sums and all else in f32. half() is the nearest 16-bit float: from 65520 on
 * infinity; below 2⁻¹⁴ some adapters keep 11 digits, some round to multiples of 2⁻²⁴, some take 0.
 */
export const linearHalf = defineKernel({
  ...linear,
  name: 'linear_half',
  text: { file: 'linear', takes: ['f16', 'rounded'] },
  variants: [
    f16Variant('linear_half_matrix', matrixVariant('linear_half_matrix', outputs.y)),
    f16Variant('linear_half_subgroup', subgroupVariant('linear_subgroup', outputs.y)),
    f16Variant('linear_half_tiled', tiledVariant('linear_tiled', outputs.y)),
  ],
  cost: (params) => withHalves(linear.cost(params), params),
})

/** As `linearGrad`, of half(dy) and w in f16. */
export const linearHalfGrad = defineKernel({
  ...linearGrad,
  name: 'linear_half_grad',
  text: { file: 'linear', takes: ['backward', 'f16', 'rounded'] },
  variants: [
    f16Variant('linear_half_grad_matrix', matrixVariant('linear_half_grad_matrix', outputs.dx)),
    f16Variant('linear_half_grad_subgroup', backwardVariant('linear_grad_subgroup', subgroupVariant('linear_subgroup', outputs.dx))),
    f16Variant('linear_half_grad_tiled', backwardVariant('linear_grad_tiled', tiledVariant('linear_tiled', outputs.dx))),
  ],
  cost: (params) => withHalves(linearGrad.cost(params), params),
})

/** As `linearWeightGrad`, of half(x) and half(dy); the bias is of dy unrounded. */
export const linearHalfWeightGrad = defineKernel({
  ...linearWeightGrad,
  name: 'linear_half_weight_grad',
  text: { file: 'linear_weight_grad', takes: ['rounded'] },
  variants: [
    {
      ...matrixVariant('linear_half_weight_grad_matrix', outputs.dw, slicedTileSizes, FULL_GPU_WORKGROUPS),
      tune: { ROWS: [1, 2, 4], COLS: [1, 2], SLICES: [1, 2, 4] },
      tries: (tile) => tileBytes(tile) <= WORKGROUP_BYTES,
    },
    taking('rounded', 'linear_half_weight_grad_subgroup', subgroupVariant('linear_weight_grad_subgroup', outputs.dw)),
    taking('rounded', 'linear_half_weight_grad_tiled', tiledVariant('linear_weight_grad_tiled', outputs.dw)),
  ],
})
