// What every peer is asked to do, in numbers alone, so that a peer in any language can: shapes, how often in a chain, and inputs from a hash.

import { presets } from '../../src/model/config.js'
import { parameterSpecs, poseToTextSpecs } from '../../src/model/parameters.js'
import { xavierBound } from '../../src/nn/init.js'
import type { ParameterSpec } from '../../src/nn/parameter_spec.js'

/** An array every peer makes for itself: element i is offset + scale · u(seed, i), u uniform in [-1, 1). See `noise`. */
export interface InputSpec {
  readonly shape: readonly number[]
  readonly seed: number
  readonly scale: number
  readonly offset: number
}

export type TaskKind = 'linear' | 'linear_half' | 'attention' | 'layer_norm' | 'adamw' | 'encoder_step' | 'pt_base_step' | 'judge_step'

export interface Task {
  readonly name: string
  readonly kind: TaskKind
  /**
   * The work of one run is this many in a row, each on the result of the one before: what is spent once a run, such as copies to the device
   * of a runtime that cannot keep data there, then counts for little. A figure is a run's time by `chain`.
   */
  readonly chain: number
  readonly sizes: Readonly<Record<string, number>>
  /** Multiplies and adds of one link of the chain, where products are most of the work. */
  readonly flops?: number
  readonly inputs: Readonly<Record<string, InputSpec>>
  /** Most that results may differ, by the largest of them. */
  readonly tolerance: number
}

/** AdamW as every peer runs it; matrices decay, vectors do not. */
export const adam = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 } as const
/** Losses that are compared before a training step is timed: the second and third come out of the gradients before. */
export const CHECKED_STEPS = 3
const NORM_EPSILON = 1e-6
const SAMPLED = 256

/** `small` tasks take a moment and show whether all agree; `large` are the usual ones and those that only a GPU is fast enough for. */
export type TaskSet = 'small' | 'usual' | 'large'

/** All tasks of a set, cheap ones first. */
export function tasks(set: TaskSet): Task[] {
  const small = set === 'small'
  const linears = small ? [linear(64, 4), linearHalf(64, 4)] : [linear(256, 32), linear(512, 8), linear(1024, 4)]
  const steps = [encoderStep(small), ptBaseStep(small), judgeStep(small)]
  const usual = [attention(small), layerNorm(small), adamw(small ? 10_000 : 10_000_000), ...steps]
  if (set !== 'large') return [...linears, ...usual]
  return [...linears, linear(4096, 4), linearHalf(4096, 8), ...usual, ptBaseStep(false, 64)]
}

function linear(n: number, chain: number): Task {
  // Uniform in ±sqrt(3/n): a product has the variance of what went in, however long the chain.
  const inputs = { x: input([n, n], 1), w: input([n, n], 2, Math.sqrt(3 / n)), b: input([n], 3, 0.1) }
  return { name: `linear ${n}`, kind: 'linear', chain, sizes: { n }, flops: 2 * n ** 3, inputs, tolerance: 1e-4 }
}

/** Products of 16-bit floats with sums in float32, as training with half precision has them; in float32 it is `linear`. */
function linearHalf(n: number, chain: number): Task {
  return { ...linear(n, chain), name: `linear ${n} f16`, kind: 'linear_half', tolerance: 1e-2 }
}

function attention(small: boolean): Task {
  const sizes = small ? { batch: 2, heads: 2, length: 32, headWidth: 16 } : { batch: 8, heads: 8, length: 256, headWidth: 64 }
  const shape = [sizes.batch, sizes.length, sizes.heads * sizes.headWidth]
  const inputs = { q: input(shape, 1, 2), k: input(shape, 2, 2), v: input(shape, 3, 2) }
  const flops = 4 * sizes.batch * sizes.heads * sizes.length ** 2 * sizes.headWidth
  return { name: 'attention', kind: 'attention', chain: 4, sizes, flops, inputs, tolerance: 1e-4 }
}

function layerNorm(small: boolean): Task {
  const sizes = { rows: small ? 64 : 4096, width: 512, normEpsilon: NORM_EPSILON }
  const inputs = { x: input([sizes.rows, 512], 1), gamma: input([512], 2, 0.2, 1), beta: input([512], 3, 0.2) }
  return { name: 'layer norm', kind: 'layer_norm', chain: 8, sizes, inputs, tolerance: 1e-4 }
}

function adamw(count: number): Task {
  const inputs = { w: input([count], 1), g: input([count], 2, 0.01), m: input([count], 3, 0), v: input([count], 4, 0) }
  return { name: `adamw ${count / 1e6}M`, kind: 'adamw', chain: 4, sizes: { count, ...adam }, inputs, tolerance: 1e-4 }
}

/** Two pre-norm layers, a last norm, mean squared error: forward, backward and AdamW. Weights are [outputs, inputs]. */
function encoderStep(small: boolean): Task {
  const config = { ...(small ? presets.tiny : presets['pt-base']), encoderLayers: 2, heads: 8 }
  const [batch, length] = small ? [2, 16] : [8, 128]
  const sizes = {
    batch,
    length,
    width: config.width,
    heads: config.heads,
    layers: config.encoderLayers,
    normEpsilon: NORM_EPSILON,
    ...adam,
  }
  const specs = parameterSpecs(config, 4).filter(({ name }) => /^encoder[./]/.test(name))
  const shape = [batch, length, sizes.width]
  const inputs = { x: input(shape, 1), goal: input(shape, 2, 0.5), ...parameterInputs(specs) }
  return { name: 'encoder step', kind: 'encoder_step', chain: 1, sizes, inputs, tolerance: 1e-3 }
}

/** The published Progressive Transformer at the batch PyTorch was measured at, dropout and noise off: no two libraries draw alike. */
function ptBaseStep(small: boolean, clips = 8): Task {
  const config = presets['pt-base']
  const { width, heads, encoderLayers, decoderLayers } = config
  const batch = small ? { batch: 2, frames: 10, tokens: 5, words: 20 } : { batch: clips, frames: 150, tokens: 12, words: 1089 }
  const sizes = { ...batch, width, heads, encoderLayers, decoderLayers, normEpsilon: NORM_EPSILON, clip: 5, ...adam, decay: 0 }
  const inputs = { joints: input([sizes.batch, sizes.frames, 150], 1, 0.5), ...parameterInputs(parameterSpecs(config, sizes.words)) }
  return {
    name: clips === 8 ? 'pt-base step' : `pt-base step, batch ${clips}`,
    kind: 'pt_base_step',
    chain: 1,
    sizes,
    inputs,
    tolerance: 1e-3,
  }
}

/**
 * The sign language transformer of preset slt-base with the joint loss: CTC of a clip by its labels and a sentence's summed cross-entropy, both
 * averaged over clips; Adam with its decay in the gradient. Dropout off. 25,669,184 parameters; small, 5,000.
 */
function judgeStep(small: boolean): Task {
  const { width, heads, hidden, encoderLayers, decoderLayers } = small
    ? { ...presets.tiny, width: 16, heads: 2, hidden: 32 }
    : presets['slt-base']
  const batch = small
    ? { batch: 2, frames: 16, words: 4, glosses: 3, glossClasses: 12, vocabulary: 20 }
    : { batch: 8, frames: 128, words: 12, glosses: 8, glossClasses: 1088, vocabulary: 2891 }
  const sizes = {
    ...batch,
    numbers: small ? 12 : 150,
    width,
    heads,
    hidden,
    encoderLayers,
    decoderLayers,
    normEpsilon: NORM_EPSILON,
    recognition: 5,
    translation: 1,
    ...adam,
    beta2: 0.998,
    decay: 1e-3,
    /** The decay is added to the gradient, of all parameters alike (L2), as the released training has it. */
    coupled: 1,
  }
  const frames = input([sizes.batch, sizes.frames, sizes.numbers], 1)
  const learned = judgeSpecs(sizes).filter(({ running }) => !running)
  return { name: 'judge step', kind: 'judge_step', chain: 1, sizes, inputs: { frames, ...parameterInputs(learned) }, tolerance: 1e-3 }
}

/** What of the judge's sizes its model has. */
export function judgeModel(sizes: Task['sizes']) {
  const { width, heads, hidden, encoderLayers, decoderLayers, numbers } = sizes as Record<string, number>
  return { width: width!, heads: heads!, hidden: hidden!, encoderLayers: encoderLayers!, decoderLayers: decoderLayers!, numbers: numbers! }
}

/** Its parameters, and the running statistics that only ours are given. */
export const judgeSpecs = (sizes: Task['sizes']): ParameterSpec[] =>
  poseToTextSpecs(judgeModel(sizes), sizes.glossClasses, sizes.vocabulary)

/** Names of a task's inputs that are parameters: paths. */
export const parametersOf = (task: Task): string[] => Object.keys(task.inputs).filter((name) => name.includes('/'))

function parameterInputs(specs: readonly ParameterSpec[]): Record<string, InputSpec> {
  return Object.fromEntries(
    specs.map(({ name, shape, init }, i) => {
      const [scale, offset] = init.kind === 'xavier-uniform' ? [xavierBound(shape), 0] : [0, init.kind === 'ones' ? 1 : 0]
      return [name, input(shape, 100 + i, scale, offset)]
    }),
  )
}

function input(shape: readonly number[], seed: number, scale = 1, offset = 0): InputSpec {
  return { shape, seed, scale, offset }
}

/** The array of a spec: a 32-bit mix of element and seed (the finaliser of MurmurHash3), the same in every language. */
export function noise({ shape, seed, scale, offset }: InputSpec): Float32Array<ArrayBuffer> {
  const out = new Float32Array(shape.reduce((product, n) => product * n, 1))
  for (let i = 0; i < out.length; i++) out[i] = offset + scale * (mixed(i, seed) / 2 ** 31 - 1)
  return out
}

/** An integer from 0 to 2³² − 1. */
export function mixed(i: number, seed: number): number {
  let h = (i + Math.imul(seed, 0x9e3779b1)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Seeds of the ids that steps are given. */
export const WORD_SEED = 2
export const GLOSS_SEED = 3
/** CTC's classes before it are the blank, an unknown gloss and padding. */
export const FIRST_GLOSS_CLASS = 3

/** Ids from `first` up to, not including, `end`: the words of a sentence without its closing token, or the glosses of a clip. */
export const drawnIds = (count: number, seed: number, first: number, end: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) => first + (mixed(i, seed) % (end - first)))

/** What of a large result is compared: 256 elements, evenly spread. */
export function sampled(result: ArrayLike<number>): number[] {
  return Array.from({ length: SAMPLED }, (_, i) => result[Math.floor((i * result.length) / SAMPLED)]!)
}
