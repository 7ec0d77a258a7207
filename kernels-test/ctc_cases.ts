// Batches of logits and labels for CTC, and the kernels' way from one to loss and gradient, which its tests share.

import { Program, Recorder } from '../src/device/program.js'
import { ctc } from '../src/ops/ctc.js'
import { Graph } from '../src/ops/graph.js'
import type { CtcLabels, CtcShape } from '../src/reference/ctc.js'
import * as reference from '../src/reference/ctc.js'
import { lentGpu, noise } from './harness.js'

export interface CtcBatch extends CtcLabels {
  readonly shape: CtcShape
  /** [batch, frames, stride], NaN in padding. */
  readonly logits: Float64Array
  readonly coefficient: Float64Array
}

/** Noise of `size` for samples given by their labels and frames; what is padding is NaN, and labels behind a sample's own are ones it might have. */
export function ctcBatch(
  samples: readonly { readonly labels: readonly number[]; readonly frames: number }[],
  { classes, blank = 0, size = 2, more = 0 }: { classes: number; blank?: number; size?: number; more?: number },
): CtcBatch {
  const stride = 4 * Math.ceil((classes + 1) / 4)
  const frames = Math.max(1, ...samples.map((one) => one.frames)) + more
  const labelRoom = Math.max(1, ...samples.map(({ labels }) => labels.length)) + more
  const batch = samples.length
  const values = noise(batch * frames * stride, 1, size)
  const logits = values.map((_, i) => {
    const [b, t, v] = [Math.floor(i / (frames * stride)), Math.floor(i / stride) % frames, i % stride]
    return v < classes && t < samples[b]!.frames ? values[i]! : Number.NaN
  })
  return {
    shape: { batch, frames, labelRoom, classes, stride, blank },
    logits,
    labels: Uint32Array.from({ length: batch * labelRoom }, (_, i) => {
      return samples[Math.floor(i / labelRoom)]!.labels[i % labelRoom] ?? (blank + 1) % classes
    }),
    labelLengths: Uint32Array.from(samples, ({ labels }) => labels.length),
    lengths: Uint32Array.from(samples, (one) => one.frames),
    coefficient: noise(batch, 2).map((v) => Math.fround(0.5 + Math.abs(v))),
  }
}

/** `count` labels of classes 1 and above, two alike beside each other here and there. */
export const someLabels = (count: number, classes: number): number[] =>
  Array.from({ length: count }, (_, i) => 1 + (((i - (i % 5 === 1 ? 1 : 0)) * 7) % (classes - 1)))

/** Everything the reference says of a batch. */
export function referenceOf(given: CtcBatch, logits = given.logits) {
  const { shape, coefficient, lengths } = given
  const top = reference.ctcLogSum(logits, lengths, shape)
  const run = reference.ctc(logits, top, given, shape)
  const shares = reference.ctcGrad(logits, top, lengths, run.report, coefficient, shape)
  return { top, ...run, shares, grad: reference.ctcGradLabels(shares, run.paths, given, run.report, coefficient, shape) }
}

/** The op's report and gradient on the GPU. */
export async function lossAndGrad(given: CtcBatch): Promise<{ report: Float32Array; grad: Float32Array }> {
  const { shape, logits, labels, labelLengths, lengths, coefficient } = given
  const { batch, frames, stride, labelRoom } = shape
  const recorder = new Recorder()
  const seed = recorder.feed('seed', [4], 'u32')
  const g = new Graph(recorder, { training: { seed, dummy: recorder.feed('dummy', [4]) } })
  const x = recorder.feed('logits', [batch, frames, stride])
  const inputs = {
    labels: recorder.feed('labels', [batch, labelRoom], 'u32'),
    labelLengths: recorder.feed('label_lengths', [batch], 'u32'),
    lengths: recorder.feed('lengths', [batch], 'u32'),
    coefficient: recorder.feed('coefficient', [batch]),
  }
  g.requireGrad(x)
  recorder.report(ctc(g, x, inputs, shape))
  recorder.report(g.gradAt(x)!)
  await using program = await Program.build(await lentGpu(), recorder)
  for (const [tensor, data] of [
    [x, Float32Array.from(logits)],
    [inputs.labels, labels],
    [inputs.labelLengths, labelLengths],
    [inputs.lengths, lengths],
    [inputs.coefficient, Float32Array.from(coefficient)],
  ] as const)
    program.write(tensor, data as Float32Array<ArrayBuffer>)
  const [report, grad] = await program.run()
  return { report: new Float32Array(report!), grad: new Float32Array(grad!) }
}
