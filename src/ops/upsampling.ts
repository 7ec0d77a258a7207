import type { Tensor } from '../device/memory.js'
import { tokenSpansGrad, tokenSpans as tokenSpansKernel, tokenSpansTotalGrad } from '../kernels/token_spans.js'
import {
  PLACES,
  upsamplingGrad,
  upsamplingGradPhase,
  upsamplingGradSpans,
  upsampling as upsamplingKernel,
  upsamplingWeights,
} from '../kernels/upsampling.js'
import type { Graph } from './graph.js'

export { PLACES }

export interface TokenSpans {
  /** [B, U, 2]: where each token begins and how long it lasts, the whole clip being 1. */
  readonly spans: Tensor
  /** [B, 1, 4]: the natural logarithm of the clip's frames in column 0. */
  readonly logFrames: Tensor
}

/** What the logarithm of each token's duration in frames, column 0 of x [B, U, S], makes of the clip. lengths u32 [B]: tokens that count. */
export function tokenSpans(g: Graph, x: Tensor, lengths: Tensor): TokenSpans {
  const [batch, tokens, stride] = x.shape as [number, number, number]
  const sizes = { batch, tokens, stride }
  const spans = g.tensor('spans', [batch, tokens, 2])
  const logFrames = g.tensor('log_frames', [batch, 1, 4])
  g.recorder.run(tokenSpansKernel, { x, lengths, spans, logFrames }, sizes)
  g.onBackward(spans, [x], (dspans) => {
    const at = (accumulate: number) => (dx: Tensor) =>
      g.recorder.run(tokenSpansGrad, { spans, dspans, lengths, dx }, { ...sizes, accumulate })
    g.addGrad(x, at(0), at(1))
  })
  g.onBackward(logFrames, [x], (dlogFrames) => {
    const at = (accumulate: number) => (dx: Tensor) =>
      g.recorder.run(tokenSpansTotalGrad, { dlogFrames, spans, lengths, dx }, { ...sizes, accumulate })
    g.addGrad(x, at(0), at(1))
  })
  return { spans, logFrames }
}

export interface UpsamplingInputs {
  /** [B, U, 2], from `tokenSpans`. */
  readonly spans: Tensor
  /** u32 [B]: tokens that count. */
  readonly lengths: Tensor
  /** [B, T, S] or, for one frame a sample, [B, S]: its progress counter, which times `unit` is 1 at the end, in `column`. */
  readonly frames: Tensor
  readonly column: number
  readonly unit: number
}

/** [B, T, D + 16]: the features of each frame's tokens out of x [B, U, D], and where along their spans it is. The counters get no gradient. */
export function upsampling(g: Graph, x: Tensor, { spans, lengths, frames, column, unit }: UpsamplingInputs): Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number]
  const [length, stride] = [frames.shape.length === 3 ? frames.shape[1]! : 1, frames.shape.at(-1)!]
  const clock = { batch, length, tokens, stride, column, unit }
  const weight = g.tensor('weight', [batch, length, tokens])
  const y = g.tensor('y', [...frames.shape.slice(0, -1), width + PLACES])
  g.recorder.run(upsamplingWeights, { frames, spans, lengths, weight }, clock)
  g.recorder.run(upsamplingKernel, { x, frames, spans, lengths, weight, y }, { ...clock, width })
  g.onBackward(y, [x, spans], (dy) => {
    const at = (accumulate: number) => (dx: Tensor) =>
      g.recorder.run(upsamplingGrad, { weight, dy, dx }, { batch, length, tokens, width, accumulate })
    g.addGrad(x, at(0), at(1))
    g.addGrad(spans, (dspans) => {
      const dphase = g.tensor('dphase', weight.shape)
      g.recorder.run(upsamplingGradPhase, { x, frames, spans, lengths, weight, dy, dphase }, { ...clock, width })
      g.recorder.run(upsamplingGradSpans, { frames, spans, lengths, dphase, dspans }, clock)
    })
  })
  return y
}
