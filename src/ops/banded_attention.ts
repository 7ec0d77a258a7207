import type { Tensor } from '../device/memory.js'
import { attentionDelta } from '../kernels/attention.js'
import { bandedAttentionGrad, bandedAttention as bandedAttentionKernel } from '../kernels/banded_attention.js'
import type { Graph } from './graph.js'

export interface Band {
  readonly heads: number
  /** u32 [B]: rows of each clip. */
  readonly lengths: Tensor
  /** Rows are seen that far before and behind; a window of 2·reach + 1. */
  readonly reach: number
  /** Rows past a clip's length see its rows in reach and themselves, as in the released Sign2GPT, instead of nothing. */
  readonly padded: boolean
  /** Share of the weights that training drops. */
  readonly dropout: number
}

/** softmax(q·kᵀ/√(head width))·v of qkv [B, T, 3D], each row seeing those of its clip in reach: [B, T, D]. No score is ever stored. */
export function bandedAttention(g: Graph, qkv: Tensor, { heads, lengths, reach, padded, dropout }: Band): Tensor {
  const [batch, length, stride] = qkv.shape as [number, number, number]
  const headWidth = stride / 3 / heads
  // Nothing is drawn at rate 0; the binding still wants a tensor.
  const drops =
    g.training && dropout > 0 ? { seed: g.training.seed, stream: g.nextStream(), rate: dropout } : { seed: lengths, stream: 0, rate: 0 }
  const { seed, ...draws } = drops
  const band = { reach: Math.min(reach, length), padded: padded ? 1 : 0, scale: 1 / Math.sqrt(headWidth), ...draws }
  const params = { batch, length, heads, headWidth, ...band }
  const y = g.tensor('y', [batch, length, stride / 3])
  const logSumExp = g.tensor('log_sum_exp', [batch, heads, length])
  g.recorder.run(bandedAttentionKernel, { qkv, lengths, seed, y, logSumExp }, params)

  g.onBackward(y, [qkv], (dy) => {
    const rowStats = g.tensor('lines', [batch, heads, length, 2])
    g.recorder.run(attentionDelta, { y, dy, logSumExp, rowStats }, { batch, queries: length, heads, headWidth })
    g.addGrad(qkv, (dqkv) => g.recorder.run(bandedAttentionGrad, { qkv, dy, rowStats, lengths, seed, dqkv }, params))
  })
  return y
}
