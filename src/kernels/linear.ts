import {
  type AdapterTraits,
  type Constants,
  type Cost,
  defineKernel,
  type Grid,
  type ParamValues,
  taking,
  type Variant,
} from '../device/kernel.js'
import { type ProductShape, slicedTiles } from './slices.js'

/** Workgroups that keep the cores of a machine busy. */
const FULL_CPU_TILES = 32

/** Rows of lanes in a workgroup, for an output of rows × cols: 8, or 1 where that would be too few workgroups. */
const laneRows = (rows: number, cols: number): number => (Math.ceil(cols / 64) * Math.ceil(rows / 64) < FULL_CPU_TILES ? 1 : 8)

// A workgroup is 8 lanes wide; each lane has a tile of 8 by 8 numbers.
const tiles = (rows: number, cols: number): Grid => [Math.ceil(cols / 64), Math.ceil(rows / (8 * laneRows(rows, cols)))]

const cost = ({ rows, inner, cols }: { rows: number; inner: number; cols: number }) => ({
  flops: 2 * rows * inner * cols,
  bytes: 4 * (rows * inner + inner * cols + rows * cols),
})

/** A cost with so many numbers more to be read. */
const withRead = ({ flops, bytes }: Cost, numbers: number): Cost => ({ flops, bytes: bytes + 4 * numbers })

// A subgroup's tile is so many vectors of four columns a lane wide: SwiftShader's four lanes pay for two.
const colQuads = (lanes: number): number => (lanes === 4 ? 2 : 1)
const subgroupTiles = ({ rows, cols }: ProductShape, lanes: number, { TILE_ROWS }: Constants): Grid => [
  Math.ceil(cols / (4 * lanes * colQuads(lanes))),
  Math.ceil(rows / TILE_ROWS!),
]

// Multiplications from which a product is long enough to compile more for it.
const LONG_MULTIPLICATIONS = 2 ** 27

/** Rows of a subgroup's tile: tiles of 32 share more loads, up to a sixth faster on lavapipe (8 lanes), which compiles them for two seconds. */
const tileRows = ({ rows, cols, length }: ProductShape, lanes: number): number =>
  lanes === 8 && rows >= 128 && rows * cols * length >= LONG_MULTIPLICATIONS ? 32 : 16

/** Measured faster on lavapipe (8 lanes) and on SwiftShader (4): for both, loads are the work. A GPU has caches and lanes for the tiles. */
const dearLoads = ({ software, features, subgroupSize }: AdapterTraits): boolean =>
  software && features.has('subgroups') && (subgroupSize === 4 || subgroupSize === 8)

export type Size = { readonly rows: 'u32'; readonly inner: 'u32'; readonly cols: 'u32' }

/** Values of the param `activation`. */
export const linearActivation = { none: 0, relu: 1 } as const

/** The variant for lanes that pass numbers to each other. */
export function subgroupVariant(shader: string, shape: ShapeOf): Variant<Size> {
  return {
    shader,
    suits: dearLoads,
    workgroups: (params, { subgroupSize }, constants) => subgroupTiles(shape(params), subgroupSize!, constants),
    tune: { TILE_ROWS: [16, 32] },
    constants: (params, { subgroupSize }) => ({
      LANES: subgroupSize!,
      COL_QUADS: colQuads(subgroupSize!),
      TILE_ROWS: tileRows(shape(params), subgroupSize!),
    }),
  }
}

/** The variant that shares tiles in a workgroup's memory. Not measured on a GPU yet. */
export function tiledVariant(shader: string, shape: ShapeOf): Variant<Size> {
  return { shader, suits: ({ software }) => !software, runs: () => true, ...slicedTiles<Size>(shape) }
}

/** The variant of linear_grad that linear's text gives with the parts for the way back. */
export const backwardVariant = (shader: string, variant: Variant<Size>): Variant<Size> => taking('backward', shader, variant)

/** The shape of an output, from the params. */
export type ShapeOf = (size: ParamValues<Size>) => ProductShape

/** Of the three kernels' outputs. */
export const outputs = {
  y: ({ rows, inner, cols }: ParamValues<Size>) => ({ rows, cols, length: inner }),
  dx: ({ rows, inner, cols }: ParamValues<Size>) => ({ rows, cols: inner, length: cols }),
  dw: ({ rows, inner, cols }: ParamValues<Size>) => ({ rows: cols, cols: inner, length: rows }),
}

/**
 * y [rows, cols] = residual + drop(activation(x [rows, inner] · wᵀ + b)), w [cols, inner]; inner and cols multiples of 4. b [cols] is read when
 * hasBias, residual [rows, cols] when hasResidual, seed u32 [4] when rate is above 0: it drops what `dropout` drops with the same stream.
 */
export const linear = defineKernel({
  name: 'linear',
  buffers: { x: 'read', w: 'read', b: 'read', residual: 'read', seed: 'read', y: 'write' },
  params: {
    rows: 'u32',
    inner: 'u32',
    cols: 'u32',
    hasBias: 'u32',
    activation: 'u32',
    hasResidual: 'u32',
    stream: 'u32',
    rate: 'f32',
  },
  workgroups: ({ rows, cols }) => tiles(rows, cols),
  constants: ({ rows, cols }) => ({ LANE_ROWS: laneRows(rows, cols) }),
  variants: [subgroupVariant('linear_subgroup', outputs.y), tiledVariant('linear_tiled', outputs.y)],
  cost: ({ hasResidual, ...size }) => withRead(cost(size), hasResidual * size.rows * size.cols),
})

/**
 * dx [rows, inner] = dy [rows, cols] · w [cols, inner], onto what dx holds when accumulate is 1. When gated, x [rows, inner] is what linear
 * made with activation relu and dropout `rate`, and dx the gradient before both.
 */
export const linearGrad = defineKernel({
  name: 'linear_grad',
  text: { file: 'linear', takes: ['backward'] },
  buffers: { dy: 'read', w: 'read', x: 'read', dx: 'write' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', accumulate: 'u32', gated: 'u32', rate: 'f32' },
  workgroups: ({ rows, inner }) => tiles(rows, inner),
  constants: ({ rows, inner }) => ({ LANE_ROWS: laneRows(rows, inner) }),
  variants: [
    backwardVariant('linear_grad_subgroup', subgroupVariant('linear_subgroup', outputs.dx)),
    backwardVariant('linear_grad_tiled', tiledVariant('linear_tiled', outputs.dx)),
  ],
  cost: ({ accumulate, gated, ...size }) => withRead(cost(size), (accumulate + gated) * size.rows * size.inner),
})

/** dw [cols, inner] += dyᵀ · x, and db [cols] += column sums of dy when hasBias. */
export const linearWeightGrad = defineKernel({
  name: 'linear_weight_grad',
  buffers: { x: 'read', dy: 'read', dw: 'update', db: 'update' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', hasBias: 'u32' },
  workgroups: ({ inner, cols }) => tiles(cols, inner),
  constants: ({ inner, cols }) => ({ LANE_ROWS: laneRows(cols, inner) }),
  variants: [subgroupVariant('linear_weight_grad_subgroup', outputs.dw), tiledVariant('linear_weight_grad_tiled', outputs.dw)],
  cost,
})
