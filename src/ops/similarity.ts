import type { Tensor } from '../device/memory.js'
import { similarityGap, similarityGapGrad } from '../kernels/similarity_gap.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'
import { meanPool } from './mean_pool.js'
import { unitRows } from './unit_rows.js'

export interface SimilarityInputs {
  /** u32 [B]: rows of each clip. */
  readonly lengths: Tensor
  /** [B, B]: how similar the sentences of each two clips are, the same both ways; its diagonal is not read. */
  readonly goal: Tensor
  /** [1]: what a pair's squared gap is multiplied by, each pair counted once. */
  readonly share: Tensor
}

/**
 * GASLT's knowledge transfer (Yin et al. 2023): clips are to be as similar as their sentences are. The similarity of two clips is the cosine of the
 * means of their rows of x [B, T, D], D a multiple of 4. Starts the way back, and returns gap [B, B], by how much each pair is off; the loss is
 * share · the sum of their squares, each pair once.
 */
export function sentenceSimilarity(g: Graph, x: Tensor, { lengths, goal, share }: SimilarityInputs): Tensor {
  const u = unitRows(g, meanPool(g, x, lengths))
  const [rows, , width] = u.shape as [number, number, number]
  const gap = g.tensor('gap', [rows, rows])
  g.recorder.run(similarityGap, { u, goal, gap }, { rows, width })
  if (g.requiresGrad(u)) {
    const scaled = sharesForGrads(g, share)
    g.addGrad(u, (du) => g.recorder.run(similarityGapGrad, { u, gap, share: scaled, du }, { rows, width, accumulate: 0 }))
  }
  return gap
}
