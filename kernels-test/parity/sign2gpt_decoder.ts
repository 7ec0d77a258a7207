// Sign2GPT's decoder as a fixture has it: its weights by the released names, its batch, and what the model makes of both.

import type { Tensor } from '../../src/device/memory.js'
import { Program, Recorder } from '../../src/device/program.js'
import type { TensorFile } from '../../src/formats/safetensors/types.js'
import { adapterTensors } from '../../src/model/adapter_state_dict.js'
import { type LanguageModelConfig, languageLayerConfig, readSentences } from '../../src/model/language_model.js'
import { isXglmName, xglmTensors } from '../../src/model/xglm_state_dict.js'
import { type AdapterSettings, adaptedAttention, adapterSpecs, signFeatures } from '../../src/nn/adapted_decoder.js'
import { zeros } from '../../src/nn/init.js'
import { languageSpecs, vocabularyOf } from '../../src/nn/language_model.js'
import { ParameterSet } from '../../src/nn/parameter_set.js'
import { positionTable, xglmPlaces, xglmPositionTable } from '../../src/nn/positions.js'
import type { Recording } from '../../src/nn/recording.js'
import { Graph } from '../../src/ops/graph.js'
import { padded } from '../../src/ops/parameter.js'
import { shardLogits, vocabularyCrossEntropy } from '../../src/ops/vocabulary.js'
import { lentGpu } from '../harness.js'
import { floats, tensorsOf, whole } from './fixture.js'

export interface Told {
  readonly d_model: number
  readonly heads: number
  readonly ffn: number
  readonly layers: number
  readonly vocab: number
  readonly sign_dim: number
  readonly lora_rank: number
  readonly lora_alpha: number
  readonly label_smoothing: number
  readonly ln_eps: number
  readonly pad: number
  readonly eos: number
}

/** Tokens of any sentence here. */
const MOST_TOKENS = 128

export const toldBy = ({ metadata }: TensorFile): Told => JSON.parse(metadata.config!)

/** The language model's sizes; its table in shards of a few rows, so that every product with it is of several. */
export const languageOf = ({ d_model, heads, ffn, layers, vocab, pad, eos }: Told): LanguageModelConfig => ({
  width: d_model,
  heads,
  hidden: ffn,
  layers,
  vocabulary: vocab,
  shardRows: 12,
  maxTokens: MOST_TOKENS,
  dropout: 0,
  activationDropout: 0,
  activation: 'gelu-erf',
  padding: pad,
  start: eos,
  end: eos,
})

export const layersOf = (told: Told) => ({ ...languageLayerConfig(languageOf(told)), normEpsilon: told.ln_eps })

export const settingsOf = ({ lora_alpha, lora_rank }: Told, gate: AdapterSettings['gate'] = 'clamp'): AdapterSettings => ({
  factor: lora_alpha / lora_rank,
  dropout: 0,
  gate,
})

const POSITIONS = 'positions'

function specsOf(told: Told) {
  const { d_model: width, layers: decoderLayers, sign_dim: signWidth, heads, lora_rank: rank } = told
  return [
    ...languageSpecs(languageOf(told), { frozen: true }),
    { name: POSITIONS, shape: [MOST_TOKENS + 1, width], init: zeros, trainable: false },
    ...adapterSpecs({ width, heads, decoderLayers, signWidth, rank }),
  ]
}

/** Rows of positions of tokens, the last for padding. */
export const positionsOf = (weights: ParameterSet): Tensor => weights.get(POSITIONS).value

/** All parameters, of `weight.` with what stands under other prefixes in place of some. */
export async function weightsOf(
  file: TensorFile,
  { training = false, over = [] as string[], gates = undefined as number | undefined } = {},
) {
  const theirs = new Map(['weight.', ...over].flatMap((prefix) => [...tensorsOf(file, prefix)]))
  const told = toldBy(file)
  const language = new Map([...theirs].filter(([name]) => isXglmName(name)))
  const tensors = new Map([
    ...xglmTensors(language, languageOf(told), 'fixture'),
    ...adapterTensors(theirs, 'fixture'),
    [POSITIONS, { shape: [MOST_TOKENS + 1, told.d_model], data: xglmPositionTable(MOST_TOKENS, told.d_model) }],
  ])
  const weights = new ParameterSet(await lentGpu(), specsOf(told), { training })
  if (gates !== undefined)
    for (const [name, { shape, data }] of tensors) if (name.endsWith('/gate')) tensors.set(name, { shape, data: data.map(() => gates) })
  weights.load(tensors, 'fixture')
  return weights
}

/** What is fed of the file's batch. */
export function batchOf(file: TensorFile) {
  const { pad } = toldBy(file)
  const [batch, all] = file.tensors.get('token_ids')!.shape as [number, number]
  const [, signs, signWidth] = file.tensors.get('sign')!.shape as [number, number, number]
  const [ids, mask] = [whole(file, 'token_ids'), whole(file, 'token_mask')]
  const target = all - 1
  const goals = mask.filter((_, i) => i % all > 0).reduce((sum, v) => sum + v, 0)
  // The last token is only ever a target, the first never.
  const given = ids.filter((_, i) => i % all < target)
  const counted = mask.filter((_, i) => i % all > 0)
  return {
    batch,
    target,
    signs,
    arrays: {
      tokens: given,
      at: xglmPlaces(given, target, pad, MOST_TOKENS),
      lengths: Uint32Array.from({ length: batch }, (_, b) => mask.slice(b * all, (b + 1) * all - 1).reduce((sum, v) => sum + v, 0)),
      goal: ids.filter((_, i) => i % all > 0).map((id, i) => (counted[i] ? id : pad)),
      coefficient: Float32Array.from(counted, (v) => v / goals),
      sign: withPadding(Float32Array.from(floats(file, 'sign')), [batch * signs, signWidth]),
      signAt: Uint32Array.from({ length: batch * signs }, (_, i) => i % signs),
      signTable: withPadding(positionTable(signs, signWidth), [signs, signWidth]),
      signLengths: whole(file, 'sign_lengths'),
    },
  }
}

/** Rows as tensors have them: each of a multiple of 4 numbers. */
function withPadding(data: Float32Array, [rows, width]: readonly [number, number]): Float32Array {
  const out = new Float32Array(rows * padded(width))
  for (let row = 0; row < rows; row++) out.set(data.subarray(row * width, (row + 1) * width), row * padded(width))
  return out
}

type Batch = ReturnType<typeof batchOf>

export function feedsOf(recorder: Recorder, { batch, target, signs }: Batch, { sign_dim }: Told) {
  return {
    tokens: recorder.feed('tokens', [batch, target], 'u32'),
    at: recorder.feed('at', [batch * target], 'u32'),
    lengths: recorder.feed('lengths', [batch], 'u32'),
    goal: recorder.feed('goal', [batch * target], 'u32'),
    coefficient: recorder.feed('coefficient', [batch * target]),
    sign: recorder.feed('sign', [batch, signs, padded(sign_dim)]),
    signAt: recorder.feed('sign_at', [batch * signs], 'u32'),
    signTable: recorder.feed('sign_table', [signs, padded(sign_dim)]),
    signLengths: recorder.feed('sign_lengths', [batch], 'u32'),
  }
}

type Feeds = ReturnType<typeof feedsOf>

/** All parameters are of one set here. */
type OwnRecording = Recording & { readonly weights: ParameterSet }

/** Features of the signing and of the tokens; adapted, or of the language model alone. */
export function forward(r: OwnRecording, feeds: Feeds, told: Told, settings: AdapterSettings | undefined) {
  const memory = signFeatures(r, feeds.sign, { table: feeds.signTable, at: feeds.signAt })
  const { lengths, signLengths: memoryLengths } = feeds
  const attend = settings && adaptedAttention(settings, { lengths, memory, memoryLengths })
  const inputs = { tokens: { ids: feeds.tokens }, at: feeds.at, lengths, positions: positionsOf(r.weights) }
  return { memory, features: readSentences(r, inputs, vocabularyOf(r.weights, languageOf(told)), attend) }
}

export function recordLoss({ graph, weights }: OwnRecording, features: Tensor, { goal, coefficient }: Feeds, told: Told): Tensor {
  const { pad: ignored, label_smoothing: smoothing } = told
  return vocabularyCrossEntropy(graph, features, vocabularyOf(weights, languageOf(told)), { goal, coefficient }, { ignored, smoothing })
}

export const lossOf = (result: Float32Array, coefficient: Float32Array): number =>
  coefficient.reduce((sum, share, row) => sum + share * result[2 * row]!, 0)

/** Runs the model once: logits without training; with it, the loss and all gradients. */
export async function once(file: TensorFile, weights: ParameterSet, settings?: AdapterSettings) {
  const [told, batch] = [toldBy(file), batchOf(file)]
  const training = weights.grads !== undefined
  const recorder = new Recorder()
  const seed = recorder.feed('seed', [4], 'u32')
  const graph = new Graph(recorder, training ? { training: { seed, dummy: weights.dummy } } : {})
  const feeds = feedsOf(recorder, batch, told)
  if (training) graph.requireGrad(feeds.sign)
  const r = { graph, weights, config: layersOf(told) }
  const { memory, features } = forward(r, feeds, told, settings)
  const result = recordLoss(r, features, feeds, told)
  const vocabulary = vocabularyOf(weights, languageOf(told))
  const logits = shardLogits(graph, features, vocabulary)
  const forwardSteps = recorder.steps.length
  graph.backward()
  const gradSign = graph.gradAt(feeds.sign)
  const reports = [memory, result, ...logits, ...(gradSign ? [gradSign] : [])]
  for (const tensor of reports) recorder.report(tensor)
  await using program = await Program.build(await lentGpu(), recorder)
  for (const name of Object.keys(feeds) as (keyof Feeds)[]) program.write(feeds[name], batch.arrays[name])
  program.write(seed, new Uint32Array(4))
  const read = (await program.run({ clear: weights.grads?.buffers ?? [] })).map((buffer) => new Float32Array(buffer))
  const rows = batch.batch * batch.target
  const shards = vocabulary.shards.map(({ classes }, i) => ({ classes, numbers: read[2 + i]!, stride: read[2 + i]!.length / rows }))
  return {
    memory: read[0]!,
    loss: lossOf(read[1]!, batch.arrays.coefficient),
    /** [tokens, vocabulary] */
    logits: Float32Array.from(
      Array.from({ length: rows }, (_, row) =>
        shards.flatMap(({ classes, numbers, stride }) => [...numbers.subarray(row * stride, row * stride + classes)]),
      ).flat(),
    ),
    gradSign: read[2 + shards.length],
    grads: weights.grads && (await weights.save(weights.grads)),
    backward: recorder.steps.slice(forwardSteps).map(({ kernel }) => kernel.name),
  }
}
