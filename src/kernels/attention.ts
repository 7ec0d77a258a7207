import { type AdapterTraits, defineKernel, lanes, type Variant, type VariantSpec } from '../device/kernel.js'
import { FULL_GPU_WORKGROUPS } from './slices.js'

/**
 * What all but attention_delta are told. `causal` is 0 or 1: query i sees keys j <= i only. Rows of q and dq are queryStride numbers long,
 * those of k, v and dkv keyStride; keys begin at keyColumn and values, no earlier, at valueColumn. All are multiples of 4.
 */
export const shape = {
  batch: 'u32',
  queries: 'u32',
  keys: 'u32',
  heads: 'u32',
  headWidth: 'u32',
  causal: 'u32',
  scale: 'f32',
  queryStride: 'u32',
  keyStride: 'u32',
  keyColumn: 'u32',
  valueColumn: 'u32',
} as const
type Shape = { readonly [K in keyof typeof shape]: number }

/** Measured faster on lavapipe's 8 lanes. On SwiftShader's 4 the portable variant's tall tiles are. */
const passesCheaply = ({ software, features, subgroupSize }: AdapterTraits): boolean =>
  software && features.has('subgroups') && subgroupSize === 8

// Multiplications from which work is long enough to compile more for it: a second or two, on SwiftShader in every process anew.
const WORTH_COMPILING = 2 ** 22

/**
 * The kernels' own variant, in which a lane owns ROWS neighbouring rows of one head, `rows` are queries or keys; a workgroup has 32 lanes.
 * Eight rows share more loads and run up to twice as fast on SwiftShader where there are enough of them for every core.
 */
function portableVariant(rows: (shape: Shape) => number): VariantSpec<typeof shape> {
  return {
    workgroups: (params, _, { ROWS }) => lanes(params.batch * params.heads * Math.ceil(rows(params) / ROWS!), 32),
    constants: (params, { software }) => {
      const { batch, heads, queries, keys, headWidth } = params
      const long = rows(params) > 32 && batch * heads * queries * keys * headWidth >= WORTH_COMPILING
      return software && long ? { ROWS: 8, QUADS: 4 } : { ROWS: 4, QUADS: 2 }
    },
    tune: { ROWS: [4, 8], QUADS: [2, 4] },
    // lavapipe compiles tall ones for half a minute, and has a better variant.
    tries: ({ ROWS, QUADS }, traits) => ROWS === 2 * QUADS! && (ROWS === 4 || !passesCheaply(traits)),
  }
}

/** What the variants for subgroups are written for. */
const canPass = ({ features, subgroupSize }: AdapterTraits): boolean =>
  features.has('subgroups') && (subgroupSize === 4 || subgroupSize === 8)

// Multiplications by which a dispatch is long: its tiles of 16 rows run a quarter faster than tiles of 8, but compile two to three times as long.
const LONG_MULTIPLICATIONS = 2 ** 26

/** Rows of a subgroup's tile: 16 where the work is long and fills them, but for SwiftShader, which compiles more than 8 for minutes. */
function tileRows({ batch, queries, keys, heads, headWidth }: Shape, rows: number, { subgroupSize }: AdapterTraits): number {
  return subgroupSize === 8 && rows > 32 && batch * heads * queries * keys * headWidth >= LONG_MULTIPLICATIONS ? 16 : 8
}

/** How a head's columns are dealt out: each lane takes SPAN vectors of four at a turn, as many as compile in seconds. */
function columns(headWidth: number, lanes: number): { SPAN: number; TURNS: number } {
  const vectors = Math.ceil(headWidth / (4 * lanes))
  const span = Math.min(lanes === 4 ? 2 : 4, vectors)
  return { SPAN: span, TURNS: Math.ceil(vectors / span) }
}

/** The variant for lanes that pass numbers to each other; `rows` are queries or keys. */
export function subgroupVariant(shader: string, rows: (shape: Shape) => number): Variant<typeof shape> {
  return {
    shader,
    suits: passesCheaply,
    runs: canPass,
    workgroups: (params, _, { ROWS }) => [Math.ceil(rows(params) / ROWS!), params.batch * params.heads],
    constants: (params, traits) => ({
      LANES: traits.subgroupSize!,
      ROWS: tileRows(params, rows(params), traits),
      ...columns(params.headWidth, traits.subgroupSize!),
    }),
    tune: { ROWS: [8, 16, 32] },
    tries: ({ ROWS }, { subgroupSize }) => subgroupSize === 8 || ROWS === 8,
  }
}

const tileGroups = ({ batch, heads }: Shape, rows: number, height: number) => batch * heads * Math.ceil(rows / height)

/**
 * The variant that shares blocks in a workgroup's memory; `rows` are queries or keys. Not measured on a GPU yet. Software drivers gain
 * nothing from barriers, and lavapipe compiles one for half a minute.
 */
export function tiledVariant(shader: string, rows: (shape: Shape) => number): Variant<typeof shape> {
  return {
    shader,
    suits: ({ software }) => !software,
    workgroups: (params, _, { ROWS }) => [Math.ceil(rows(params) / ROWS!), params.batch * params.heads],
    constants: (params) => ({
      ROWS: tileGroups(params, rows(params), 32) < FULL_GPU_WORKGROUPS ? 16 : 32,
      TURNS: Math.ceil(params.headWidth / 32),
    }),
    tune: { ROWS: [32, 16, 64] },
  }
}

const cost = (flopsPerNumber: number, queryRows: number, keyRows: number) => (params: Shape) => {
  const { batch, queries, keys, heads, headWidth, causal } = params
  const width = batch * heads * headWidth
  return {
    flops: (flopsPerNumber * width * queries * keys) / (causal ? 2 : 1),
    bytes: 4 * width * (queryRows * queries + keyRows * keys),
  }
}

/**
 * y = softmax(scale · q·kᵀ)·v, head by head, without ever storing a score; logSumExp is kept for the gradients.
 * q, y [B, queries, D], k, v [B, keys, D], D = heads·headWidth, headWidth a multiple of 4; keyLengths u32 [B]; logSumExp [B, heads, queries].
 * q, k and v may be columns of one wider tensor, bound three times.
 * A query that sees no key gets 0 in both.
 */
export const attention = defineKernel({
  name: 'attention',
  buffers: { q: 'read', k: 'read', v: 'read', keyLengths: 'read', y: 'write', logSumExp: 'write' },
  params: shape,
  ...portableVariant(({ queries }) => queries),
  variants: [subgroupVariant('attention_subgroup', ({ queries }) => queries), tiledVariant('attention_tiled', ({ queries }) => queries)],
  cost: cost(4, 2, 2),
})

/** rowStats [B, heads, queries] of (logSumExp, delta), delta = Σ dy·y over each head; y, dy [B, queries, heads·headWidth]. Both gradients want it. */
export const attentionDelta = defineKernel({
  name: 'attention_delta',
  buffers: { y: 'read', dy: 'read', logSumExp: 'read', rowStats: 'write' },
  params: { batch: 'u32', queries: 'u32', heads: 'u32', headWidth: 'u32' },
  workgroups: ({ batch, queries, heads }) => lanes(batch * queries * heads, 64),
  cost: ({ batch, queries, heads, headWidth }) => ({
    flops: 2 * batch * queries * heads * headWidth,
    bytes: 4 * batch * queries * heads * (2 * headWidth + 3),
  }),
})

/** The gradient at q: dq [B, queries, D], in rows as those of q; columns beside it are left alone. The other buffers as in attention and attentionDelta. */
export const attentionGradQuery = defineKernel({
  name: 'attention_grad_query',
  buffers: { q: 'read', k: 'read', v: 'read', dy: 'read', rowStats: 'read', keyLengths: 'read', dq: 'write' },
  params: shape,
  ...portableVariant(({ queries }) => queries),
  variants: [
    subgroupVariant('attention_grad_query_subgroup', ({ queries }) => queries),
    tiledVariant('attention_grad_query_tiled', ({ queries }) => queries),
  ],
  cost: cost(6, 3, 2),
})

/**
 * The gradients at k and v, 0 in rows past keyLengths, in the columns of dkv that keys and values have in theirs; what is beside them is
 * left alone. The other buffers as in attention and attentionDelta.
 */
export const attentionGradKeyValue = defineKernel({
  name: 'attention_grad_key_value',
  buffers: { q: 'read', k: 'read', v: 'read', dy: 'read', rowStats: 'read', keyLengths: 'read', dkv: 'write' },
  params: shape,
  ...portableVariant(({ keys }) => keys),
  variants: [
    subgroupVariant('attention_grad_key_value_subgroup', ({ keys }) => keys),
    tiledVariant('attention_grad_key_value_tiled', ({ keys }) => keys),
  ],
  cost: cost(8, 2, 4),
})
