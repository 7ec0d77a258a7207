// A vocabulary whose table is both what tokens are looked up in and what predicts them (tied), in shards: as many rows as a buffer holds and as
// few as let all logits of a shard be stored. Those of all shards together never are.

import { bug } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { vocabularyCrossEntropyGrad, vocabularyCrossEntropy as vocabularyCrossEntropyKernel } from '../kernels/vocabulary_cross_entropy.js'
import { vocabularyEmbedding, vocabularyEmbeddingGrad, vocabularyEmbeddingHalf } from '../kernels/vocabulary_embedding.js'
import { vocabularyTop as vocabularyTopKernel } from '../kernels/vocabulary_top.js'
import type { CrossEntropyInputs } from './cross_entropy.js'
import type { TokenIds } from './embedding.js'
import type { Graph } from './graph.js'
import { linear, productsWith } from './linear.js'
import { sharesForGrads } from './loss_scale.js'
import type { Parameter } from './parameter.js'
import { type TopLogProbs, topLogProbs } from './top_log_probs.js'

/** The rows of ids `first` to `first + classes`. */
export interface VocabularyShard {
  readonly table: Parameter
  readonly first: number
  readonly classes: number
}

export interface ShardedVocabulary {
  /** In the order of their ids. */
  readonly shards: readonly VocabularyShard[]
  /** Classes of all. */
  readonly total: number
}

/** What is added to each token: row at[r] of a fixed table. */
export interface Places {
  /** [rows, width] */
  readonly positions: Tensor
  /** u32, as many as there are tokens. */
  readonly at: Tensor
}

/** [batch, length, width]: scale times each token's row, plus its position's. */
export function embedTokens(
  g: Graph,
  { ids, inverse }: TokenIds,
  { shards }: ShardedVocabulary,
  { positions, at }: Places,
  scale: number,
): Tensor {
  const width = shards[0]!.table.value.shape[1]!
  const rows = elements(ids.shape)
  const y = g.tensor('y', [...ids.shape, width])
  shards.forEach(({ table: { value }, first, classes }, i) => {
    const kernel = value.dtype === 'f16' ? vocabularyEmbeddingHalf : vocabularyEmbedding
    const params = { rows, width, first, count: classes, scale, accumulate: i > 0 ? 1 : 0 }
    g.recorder.run(kernel, { ids, table: value, positions, at, y }, params)
  })
  const tables = shards.map(({ table }) => table)
  g.onBackward(y, tables, (dy) => {
    if (!inverse) throw bug(tables[0]!.name, 'wanted the rows of each distinct id, to train what is looked up, got none')
    for (const { table, first, classes } of shards) {
      if (!g.requiresGrad(table)) continue
      const params = { rows, width, first, count: classes, scale }
      g.recorder.run(vocabularyEmbeddingGrad, { dy, ...inverse, dTable: g.gradOf(table) }, params)
    }
  })
  return y
}

/** The logits of each shard, [..., its classes rounded up to 4], of features x [..., width]. */
export const shardLogits = (g: Graph, x: Tensor, { shards }: ShardedVocabulary): Tensor[] => shards.map(({ table }) => linear(g, x, table))

/**
 * Records the loss of features x [..., width] against the right word of each row, as `crossEntropy` does of logits with PyTorch's smoothing, and
 * starts the way back: to x and to what of the table is trained. Logits of one shard at a time are stored; those of several are made again on
 * the way back. Returns result [rows, 2]: each row's loss, before its coefficient, and its logSumExp; 0 in rows whose goal is `ignored`.
 */
export function vocabularyCrossEntropy(
  g: Graph,
  x: Tensor,
  vocabulary: ShardedVocabulary,
  { goal, coefficient }: CrossEntropyInputs,
  { ignored, smoothing }: { readonly ignored: number; readonly smoothing: number },
): Tensor {
  const { shards, total } = vocabulary
  const rows = elements(x.shape) / x.shape.at(-1)!
  const result = g.tensor('result', [rows, 2])
  const sums = g.tensor('sums', [rows, 4])
  const paramsOf = ({ table, first, classes }: VocabularyShard) => ({
    rows,
    classes,
    stride: table.value.shape[0]!,
    first,
    total,
    ignored,
    smoothing,
  })
  let logits: Tensor | undefined
  shards.forEach((shard, i) => {
    logits = logitsOf(g, x, shard)
    g.recorder.run(vocabularyCrossEntropyKernel, { logits, goal, sums, result }, { ...paramsOf(shard), accumulate: i > 0 ? 1 : 0 })
  })
  const kept = shards.length === 1 ? logits : undefined
  const back = (dx: Tensor | undefined, accumulate: 0 | 1) => {
    const shares = sharesForGrads(g, coefficient)
    shards.forEach((shard, i) => {
      const dlogits = kept ?? logitsOf(g, x, shard)
      g.recorder.run(vocabularyCrossEntropyGrad, { logits: dlogits, goal, result, coefficient: shares }, paramsOf(shard))
      recordProductGrads(g, { x, dlogits, shard, dx, accumulate: i > 0 ? 1 : accumulate })
    })
  }
  if (g.requiresGrad(x)) {
    g.addGrad(
      x,
      (dx) => back(dx, 0),
      (dx) => back(dx, 1),
    )
  } else if (shards.some(({ table }) => g.requiresGrad(table))) back(undefined, 0)
  return result
}

/** A shard's logits, with no way back. */
function logitsOf(g: Graph, x: Tensor, { table }: VocabularyShard): Tensor {
  const { linear: kernel, w } = productsWith(g, table)
  const params = { ...productSize(x, w), hasBias: 0, activation: 0, hasResidual: 0, stream: 0, rate: 0 }
  const y = g.tensor('logits', [params.rows, params.cols])
  g.recorder.run(kernel, { x, w, b: w, residual: w, seed: w, y }, params)
  return y
}

interface ProductGrads {
  readonly x: Tensor
  readonly dlogits: Tensor
  readonly shard: VocabularyShard
  /** Undefined where nobody wants the gradient at x. */
  readonly dx: Tensor | undefined
  readonly accumulate: 0 | 1
}

function recordProductGrads(g: Graph, { x, dlogits, shard: { table }, dx, accumulate }: ProductGrads): void {
  const { grad, weightGrad, w } = productsWith(g, table)
  const size = productSize(x, w)
  if (g.requiresGrad(table))
    g.recorder.run(weightGrad, { x, dy: dlogits, dw: g.gradOf(table), db: g.training!.dummy }, { ...size, hasBias: 0 })
  if (dx) g.recorder.run(grad, { dy: dlogits, w, x: dlogits, dx }, { ...size, accumulate, gated: 0, rate: 0 })
}

function productSize(x: Tensor, { shape }: Tensor) {
  const [cols, inner] = shape as [number, number]
  return { rows: elements(x.shape) / inner, inner, cols }
}

/**
 * Records the k most likely words after each row of features x [..., width], as `topLogProbs` does of logits: the same words, in the same order,
 * however the vocabulary is cut. Throws ERR_USAGE as that does.
 */
export function vocabularyTop(
  g: Graph,
  x: Tensor,
  vocabulary: ShardedVocabulary,
  { k, into }: { k: number; into?: TopLogProbs },
): TopLogProbs {
  const { shards, total } = vocabulary
  if (shards.length === 1) return topLogProbs(g, shardLogits(g, x, vocabulary)[0]!, { classes: total, k, ...(into && { into }) })
  const rows = elements(x.shape) / x.shape.at(-1)!
  const found = into ?? { value: g.tensor('value', [rows, k]), id: g.tensor('id', [rows, k], 'u32') }
  const sums = g.tensor('sums', [rows, 2])
  const top = g.tensor('top', [rows, k])
  for (const { table, first, classes } of shards) {
    const logits = linear(g, x, table)
    const some = Math.min(k, classes)
    const best = topLogProbs(g, logits, { classes, k: some })
    const params = { rows, classes, stride: table.value.shape[0]!, first, k, some, held: Math.min(k, first) }
    g.recorder.run(vocabularyTopKernel, { logits, found: best.id, sums, top, token: found.id, value: found.value }, params)
  }
  return found
}
