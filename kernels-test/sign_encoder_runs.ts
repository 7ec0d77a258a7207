// A sign encoder recorded, run forward and back, and read back: for tests.

import { elements } from '../src/device/memory.js'
import { Program, Recorder } from '../src/device/program.js'
import type { HostTensor, HostTensors } from '../src/nn/host_tensor.js'
import { ParameterSet } from '../src/nn/parameter_set.js'
import { positionTable, rotaryTable } from '../src/nn/positions.js'
import { signEncoderSpecs, signEncoderSteps } from '../src/nn/sign_encoder.js'
import { type SignEncoderConfig, stageLengths } from '../src/nn/sign_encoder_config.js'
import { Graph } from '../src/ops/graph.js'
import { lentGpu } from './harness.js'

export interface SignEncoderRun {
  readonly tensors: HostTensors
  /** [B, T, D] */
  readonly features: HostTensor
  readonly lengths: Uint32Array
  /** [B, T', D]: the loss is the sum of its products with the result. Without it nothing is trained. */
  readonly cotangent?: HostTensor | undefined
  readonly seed?: Uint32Array
}

export interface SignEncoderRan {
  /** Features with positions, then by turns what comes out of a stage and of the pool behind it. */
  readonly steps: readonly HostTensor[]
  readonly out: HostTensor
  /** Gradients at the parameters and at the features, where a cotangent was given. */
  readonly grads: HostTensors
  readonly gradInput: HostTensor | undefined
  /** What was dispatched, in order. */
  readonly dispatches: Recorder['steps']
}

export async function runSignEncoder(
  config: SignEncoderConfig,
  { tensors, features, lengths, cotangent, seed }: SignEncoderRun,
): Promise<SignEncoderRan> {
  const gpu = await lentGpu()
  const [batch, frames, width] = features.shape as [number, number, number]
  const recorder = new Recorder()
  const set = new ParameterSet(gpu, signEncoderSpecs(config), { training: cotangent !== undefined })
  set.load(tensors, 'test')
  const headWidth = width / config.heads
  const own = stageLengths(lengths, frames, config)
  const inputs = {
    features: recorder.feed('features', features.shape),
    lengths: own.map((_, stage) => recorder.feed(`lengths ${stage}`, [batch], 'u32')),
    at: recorder.feed('at', [batch * frames], 'u32'),
    // A row more than wanted.
    positions: recorder.feed('positions', [frames + 1, width]),
    angles: recorder.feed('angles', [frames + 1, headWidth]),
  }
  const drawn = recorder.feed('seed', [4], 'u32')
  const graph = new Graph(recorder, cotangent ? { training: { seed: drawn, dummy: set.dummy } } : {})
  graph.requireGrad(inputs.features)
  const steps = signEncoderSteps({ graph, weights: set }, config, inputs)
  const pull = cotangent && recorder.feed('cotangent', cotangent.shape)
  if (pull) graph.shareGrad([steps.at(-1)!], pull)
  graph.backward()
  const atInput = graph.gradAt(inputs.features)
  for (const tensor of atInput ? [...steps, atInput] : steps) recorder.report(tensor)

  await using program = await Program.build(gpu, recorder)
  program.write(inputs.features, features.data)
  own.forEach((rows, stage) => {
    program.write(inputs.lengths[stage]!, rows)
  })
  program.write(
    inputs.at,
    Uint32Array.from({ length: batch * frames }, (_, row) => row % frames),
  )
  program.write(inputs.positions, positionTable(frames + 1, width))
  program.write(inputs.angles, rotaryTable(frames + 1, headWidth))
  program.write(drawn, seed ?? new Uint32Array(4))
  if (pull) program.write(pull, cotangent.data)
  const reports = await program.run({ clear: set.grads?.buffers ?? [] })
  const read = (i: number, shape: readonly number[]): HostTensor => ({
    shape,
    data: new Float32Array(reports[i]!).slice(0, elements(shape)),
  })
  const all = steps.map(({ shape }, i) => read(i, shape))
  const grads = set.grads ? await set.save(set.grads) : new Map<string, HostTensor>()
  set.destroy()
  return {
    steps: all,
    out: all.at(-1)!,
    grads,
    gradInput: atInput && read(steps.length, features.shape),
    dispatches: recorder.steps,
  }
}

/** A clip's rows of [B, T, D], each clip alone as [1, rows, D]. */
export function rowsOf({ shape, data }: HostTensor, clip: number, rows: number): HostTensor {
  const [, length, width] = shape as [number, number, number]
  return { shape: [1, rows, width], data: data.slice(clip * length * width, (clip * length + rows) * width) }
}
