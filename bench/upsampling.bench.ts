import { upsampling, upsamplingGrad, upsamplingGradPhase, upsamplingGradSpans, upsamplingWeights } from '../src/kernels/upsampling.js'
import { workload } from './workload.js'

// Eight clips of 150 frames and 24 tokens, at the base model's width; and one frame more of each, as in generation.
const [batch, tokens, width] = [8, 24, 512]
const clock = { batch, tokens, stride: 152, column: 150, unit: 1 }
const lengths = new Uint32Array(batch).fill(tokens)
// Tokens of equal length.
const spans = Float32Array.from({ length: 2 * batch * tokens }, (_, i) => (i % 2 === 1 ? 1 : (i / 2) % tokens) / tokens)
const framesOf = (length: number) =>
  Float32Array.from({ length: batch * length * 152 }, (_, i) => (i % 152 === 150 ? (Math.floor(i / 152) % length) / length : 0))

const sizes = (length: number) => {
  const rows = batch * length
  const x = batch * tokens * width
  return { frames: framesOf(length), x, weight: rows * tokens, y: rows * (width + 16) }
}

const forward = ([note, length]: readonly [string, number]) => {
  const { frames, x, weight, y } = sizes(length)
  return [
    workload(upsamplingWeights, note, { ...clock, length }, { frames, spans, lengths, weight }),
    workload(upsampling, note, { ...clock, length, width }, { x, frames, spans, lengths, weight, y }),
  ]
}

const length = 150
const note = '8 clips'
const { frames, x, weight, y } = sizes(length)

export default [
  ...(
    [
      [note, length],
      ['8 frames', 1],
    ] as const
  ).flatMap(forward),
  workload(upsamplingGradPhase, note, { ...clock, length, width }, { x, frames, spans, lengths, weight, dy: y, dphase: weight }),
  workload(upsamplingGradSpans, note, { ...clock, length }, { frames, spans, lengths, dphase: weight, dspans: 2 * batch * tokens }),
  workload(upsamplingGrad, note, { batch, length, tokens, width, accumulate: 1 }, { weight, dy: y, dx: x }),
]
