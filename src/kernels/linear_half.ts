import { type AdapterTraits, defineKernel, type ParamValues, type Variant } from '../device/kernel.js'
import { laneRows, outputs, type Size, subgroupVariant, tiledVariant, tiles } from './linear.js'

/** Matrices of halves with sums in f32, 16 by 16 by 16, by subgroups of 32: what NVIDIA's tensor cores offer. */
const halfMatrices = ({ subgroupSize, subgroupMatrices }: AdapterTraits): boolean =>
  subgroupSize === 32 && (subgroupMatrices?.has('f16 f32 16x16x16') ?? false)

/** Workgroups that keep the multiprocessors of a large GPU busy. */
const MANY = 128

/** A workgroup's tile is 32·ROWS by 64·COLS: the larger, the less is loaded for a product, but a small output needs many workgroups. */
interface TileSize {
  readonly ROWS: number
  readonly COLS: number
}
const tileSizes: readonly TileSize[] = [
  { ROWS: 4, COLS: 4 },
  { ROWS: 4, COLS: 2 },
  { ROWS: 2, COLS: 2 },
  { ROWS: 2, COLS: 1 },
  { ROWS: 1, COLS: 1 },
]

/** The variant for matrix units; `shape` is that of the output, `widest` the most columns of matrices a subgroup has registers for. */
function matrixVariant(
  shader: string,
  shape: (size: ParamValues<Size>) => readonly [rows: number, cols: number],
  widest = 4,
): Variant<Size> {
  const gridOf = (params: ParamValues<Size>, { ROWS, COLS }: TileSize) => {
    const [rows, cols] = shape(params)
    return [Math.ceil(cols / (64 * COLS)), Math.ceil(rows / (32 * ROWS))] as const
  }
  const tileOf = (params: ParamValues<Size>): TileSize => {
    const fitting = tileSizes.filter(({ COLS }) => COLS <= widest)
    const busy = fitting.find((tile) => gridOf(params, tile)[0] * gridOf(params, tile)[1] >= MANY)
    return busy ?? fitting.at(-1)!
  }
  return {
    shader,
    suits: halfMatrices,
    workgroups: (params) => gridOf(params, tileOf(params)),
    constants: (params) => ({ ...tileOf(params) }),
  }
}

// Weights are read as halves: two bytes each.
const cost = ({ rows, inner, cols }: ParamValues<Size>) => ({
  flops: 2 * rows * inner * cols,
  bytes: 4 * rows * (inner + cols) + 2 * inner * cols,
})

/**
 * y [rows, cols] = half(x) [rows, inner] · wᵀ, w [cols, inner] in f16, + b [cols] when hasBias; sums in f32. inner and cols multiples of 4.
 * half() is the nearest 16-bit float: from 65520 on infinity, below 2⁻¹⁴ off by 2⁻²⁴ at the least and by itself at the most.
 */
export const linearHalf = defineKernel({
  name: 'linear_half',
  buffers: { x: 'read', w: 'read', b: 'read', y: 'write' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', hasBias: 'u32' },
  workgroups: ({ rows, cols }) => tiles(rows, cols),
  constants: ({ rows, cols }) => ({ LANE_ROWS: laneRows(rows, cols) }),
  variants: [
    matrixVariant('linear_half_matrix', outputs.y),
    subgroupVariant('linear_half_subgroup', outputs.y),
    tiledVariant('linear_half_tiled', outputs.y),
  ],
  cost,
})

/** dx [rows, inner] = half(dy) [rows, cols] · w [cols, inner] in f16, onto what dx holds when accumulate is 1. */
export const linearHalfGrad = defineKernel({
  name: 'linear_half_grad',
  buffers: { dy: 'read', w: 'read', dx: 'write' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', accumulate: 'u32' },
  workgroups: ({ rows, inner }) => tiles(rows, inner),
  constants: ({ rows, inner }) => ({ LANE_ROWS: laneRows(rows, inner) }),
  variants: [
    matrixVariant('linear_half_grad_matrix', outputs.dx),
    subgroupVariant('linear_half_grad_subgroup', outputs.dx),
    tiledVariant('linear_half_grad_tiled', outputs.dx),
  ],
  cost,
})

/** dw [cols, inner] += half(dy)ᵀ · half(x), and db [cols] += column sums of dy, unrounded, when hasBias. */
export const linearHalfWeightGrad = defineKernel({
  name: 'linear_half_weight_grad',
  buffers: { x: 'read', dy: 'read', dw: 'update', db: 'update' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', hasBias: 'u32' },
  workgroups: ({ inner, cols }) => tiles(cols, inner),
  constants: ({ inner, cols }) => ({ LANE_ROWS: laneRows(cols, inner) }),
  variants: [
    // Both operands come in f32, and the bias has registers of its own.
    matrixVariant('linear_half_weight_grad_matrix', outputs.dw, 2),
    subgroupVariant('linear_half_weight_grad_subgroup', outputs.dw),
    tiledVariant('linear_half_weight_grad_tiled', outputs.dw),
  ],
  cost: ({ rows, inner, cols }) => ({ flops: 2 * rows * inner * cols, bytes: 4 * (rows * inner + inner * cols + rows * cols) }),
})
