import type { Tensor } from '../device/memory.js'
import { attentionDelta } from '../kernels/attention.js'
import {
  glossAttentionGrad,
  glossAttentionGradMemory,
  glossAttention as glossAttentionKernel,
  glossAttentionPlaces,
} from '../kernels/gloss_attention.js'
import type { Graph } from './graph.js'
import { headColumns } from './head_columns.js'
import { padded } from './parameter.js'

/** Gloss attention with places that depend on nothing but the clip; or as the published code has it, where they depend on the batch's padding too. */
export type GlossForm = 'clean' | 'released'

export interface GlossSampling {
  readonly heads: number
  /** Samples that each frame and head takes of the clip, about the frame itself. */
  readonly samples: number
  readonly form: GlossForm
  /** u32 [B]: frames of each clip. */
  readonly lengths: Tensor
  /** Share of the weights that training drops; default none. */
  readonly dropout?: number | undefined
}

export interface GlossInputs {
  readonly q: Tensor
  readonly kv: Tensor
  readonly offsets: Tensor
}

/**
 * softmax(q·kᵀ/√(head width))·v over each frame's samples: [B, T, D]. q [B, T, D]; kv [B, T, 2D], keys and values side by side; offsets [B, T, at least
 * heads·samples], how far each sample is from its place, in frames: between frames there is what is between keys and values. Heads whose width is no
 * multiple of 4 are read with zeros behind them, which add nothing to any product.
 */
export function glossAttention(g: Graph, inputs: GlossInputs, sampling: GlossSampling): Tensor {
  const { q, kv, offsets } = inputs
  const headWidth = q.shape.at(-1)! / sampling.heads
  const scaled = { ...sampling, scale: 1 / Math.sqrt(headWidth) }
  if (headWidth % 4 === 0) return glossAttentionOf(g, inputs, scaled)
  const apart = padded(headWidth)
  const [queries, memory] = [headColumns(g, q, headWidth, apart), headColumns(g, kv, headWidth, apart)]
  return headColumns(g, glossAttentionOf(g, { q: queries, kv: memory, offsets }, scaled), apart, headWidth)
}

/** As `glossAttention`, of heads whose width is a multiple of 4. */
function glossAttentionOf(
  g: Graph,
  { q, kv, offsets }: GlossInputs,
  { heads, samples, form, lengths, dropout = 0, scale }: GlossSampling & { readonly scale: number },
): Tensor {
  const [batch, length, width] = q.shape as [number, number, number]
  const headWidth = width / heads
  const columns = offsets.shape.at(-1)!
  const of = { batch, length, heads, samples }
  // Nothing is drawn at rate 0; the binding still wants a tensor.
  const drops =
    g.training && dropout > 0 ? { seed: g.training.seed, stream: g.nextStream(), rate: dropout } : { seed: lengths, stream: 0, rate: 0 }
  const { seed, ...draws } = drops
  const places = g.tensor('places', [batch, heads, length, samples, 4])
  g.recorder.run(
    glossAttentionPlaces,
    { offsets, lengths, seed, places },
    { ...of, columns, released: form === 'released' ? 1 : 0, ...draws },
  )
  const factor = form === 'released' ? 0.5 : 1
  const params = { ...of, headWidth, scale, factor }
  const y = g.tensor('y', q.shape)
  const logSumExp = g.tensor('log_sum_exp', [batch, heads, length])
  g.recorder.run(glossAttentionKernel, { q, kv, places, y, logSumExp }, params)

  g.onBackward(y, [q, kv, offsets], (dy) => {
    const rowStats = g.tensor('lines', [batch, heads, length, 2])
    g.recorder.run(attentionDelta, { y, dy, logSumExp, rowStats }, { batch, queries: length, heads, headWidth })
    const pulls = g.tensor('pulls', [batch, heads, length, samples, 2])
    const [dq, doffsets] = [g.tensor('grad', q.shape), g.tensor('grad', offsets.shape)]
    g.recorder.run(glossAttentionGrad, { q, kv, places, dy, rowStats, dq, doffsets, pulls }, { ...params, columns })
    g.shareGrad([q], dq)
    g.shareGrad([offsets], doffsets)
    g.addGrad(kv, (dkv) => g.recorder.run(glossAttentionGradMemory, { q, dy, places, pulls, dkv }, { ...of, headWidth, factor }))
  })
  return y
}
