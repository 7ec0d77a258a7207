// Tokens of a batch in a training step: those that are looked up, and the cross-entropy of those that are predicted.

import type { Tensor } from '../device/memory.js'
import type { Recorder } from '../device/program.js'
import { type InvertedIds, invertIds } from '../kernels/embedding.js'
import { type CrossEntropyOptions, crossEntropy } from '../ops/cross_entropy.js'
import type { TokenIds } from '../ops/embedding.js'
import type { Graph } from '../ops/graph.js'
import type { PassReports } from './task.js'

/** Ids and the rows of each distinct one, by the name of the ids. */
export type Looked<Name extends string, T> = Readonly<Record<Name | `${Name}UniqueIds` | `${Name}Starts` | `${Name}Order`, T>>

/** Tokens [batch, length] that are looked up in a table which is trained, and what the host writes of them. */
export function tokenFeeds<Name extends string>(
  recorder: Recorder,
  name: Name,
  [batch, length]: readonly [batch: number, length: number],
): { readonly tokens: TokenIds; readonly feeds: Looked<Name, Tensor> } {
  const rows = batch * length
  const ids = recorder.feed(name, [batch, length], 'u32')
  const inverse = {
    uniqueIds: recorder.feed(`${name}_unique_ids`, [rows], 'u32'),
    starts: recorder.feed(`${name}_starts`, [rows + 1], 'u32'),
    order: recorder.feed(`${name}_order`, [rows], 'u32'),
  }
  return { tokens: { ids, inverse }, feeds: named(name, ids, inverse) }
}

/** What `tokenFeeds` are written with: ids [batch, length], of which `padding` is not trained. */
export const tokenArrays = <Name extends string>(name: Name, ids: Uint32Array, padding: number): Looked<Name, Uint32Array> =>
  named(name, ids, invertIds(ids, padding))

function named<Name extends string, T>(name: Name, ids: T, { uniqueIds, starts, order }: Record<keyof InvertedIds, T>): Looked<Name, T> {
  return { [name]: ids, [`${name}UniqueIds`]: uniqueIds, [`${name}Starts`]: starts, [`${name}Order`]: order } as Looked<Name, T>
}

/** Records the cross-entropy of logits [batch, length, classes rounded up to 4], each token with its share of the whole batch's. Read with `tokenLoss`. */
export function recordTokenLoss(graph: Graph, logits: Tensor, options: CrossEntropyOptions) {
  const { recorder } = graph
  const rows = logits.shape[0]! * logits.shape[1]!
  const feeds = { goal: recorder.feed('goal', [rows], 'u32'), coefficient: recorder.feed('coefficient', [rows]) }
  const report = recorder.scope('loss', () => crossEntropy(graph, logits, feeds, options))
  return { feeds, reports: { rows: report, coefficient: feeds.coefficient } }
}

/** The loss of a batch's tokens, from the reports of its passes: `rows` f32 [B·T, 2], each token's loss before its share; `coefficient`, the shares. */
export function tokenLoss(passes: readonly PassReports[]): number {
  return passes.reduce((sum, { rows, coefficient }) => {
    if (!rows || !coefficient) return sum
    const losses = new Float32Array(rows)
    return new Float32Array(coefficient).reduce((total, share, r) => total + (share > 0 ? share * losses[2 * r]! : 0), sum)
  }, 0)
}
