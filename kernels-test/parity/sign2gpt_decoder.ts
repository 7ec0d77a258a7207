// Sign2GPT's decoder as a fixture has it: its weights by the released names, its batch, and what the model makes of both.

import type { Tensor } from '../../src/device/memory.js'
import { Program, Recorder } from '../../src/device/program.js'
import type { TensorFile } from '../../src/formats/safetensors/types.js'
import { adapterTensors } from '../../src/model/adapter_state_dict.js'
import { type AdapterSettings, adaptedAttention, adapterSpecs, signFeatures } from '../../src/nn/adapted_decoder.js'
import type { HostTensor, HostTensors } from '../../src/nn/host_tensor.js'
import { zeros } from '../../src/nn/init.js'
import { causalAttention, languageLayerSpecs, languageLayers } from '../../src/nn/language_model.js'
import { ParameterSet } from '../../src/nn/parameter_set.js'
import { positionTable } from '../../src/nn/positions.js'
import type { LayerConfig, Recording } from '../../src/nn/recording.js'
import { crossEntropy } from '../../src/ops/cross_entropy.js'
import { Graph } from '../../src/ops/graph.js'
import { linear } from '../../src/ops/linear.js'
import { padded } from '../../src/ops/parameter.js'
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

/** Of any sentence here. */
const MOST_TOKENS = 128

export const toldBy = ({ metadata }: TensorFile): Told => JSON.parse(metadata.config!)

export const layersOf = ({ heads, layers, ln_eps: normEpsilon }: Told): LayerConfig => ({
  heads,
  normEpsilon,
  dropout: 0,
  activation: 'gelu-erf',
  encoderLayers: 0,
  decoderLayers: layers,
})

export const settingsOf = ({ lora_alpha, lora_rank }: Told, gate: AdapterSettings['gate'] = 'clamp'): AdapterSettings => ({
  factor: lora_alpha / lora_rank,
  dropout: 0,
  gate,
})

const specsOf = ({ d_model: width, ffn: hidden, layers: decoderLayers, vocab, sign_dim: signWidth, heads, lora_rank: rank }: Told) => [
  ...[
    { name: 'embedding', shape: [vocab, width], init: zeros },
    { name: 'scaled_embedding', shape: [vocab, width], init: zeros },
    { name: 'positions', shape: [MOST_TOKENS, width], init: zeros },
    { name: 'no_position', shape: [4, width], init: zeros },
    ...languageLayerSpecs({ width, hidden, decoderLayers }),
  ].map((spec) => ({ ...spec, trainable: false })),
  ...adapterSpecs({ width, heads, decoderLayers, signWidth, rank }),
]

const LAYER_PARTS = new Map([
  ['self_attn.q_proj', 'self/query'],
  ['self_attn.k_proj', 'self/key'],
  ['self_attn.v_proj', 'self/value'],
  ['self_attn.out_proj', 'self/out'],
  ['self_attn_layer_norm', 'self/norm'],
  ['fc1', 'feed_forward/wide'],
  ['fc2', 'feed_forward/narrow'],
  ['final_layer_norm', 'feed_forward/norm'],
])

/** The language model's own tensors among released ones. */
function languageTensors(theirs: HostTensors): Map<string, HostTensor> {
  const ofNorm = (kind: string) => (kind === 'weight' ? 'gamma' : 'beta')
  const ours = new Map<string, HostTensor>()
  for (const [name, tensor] of theirs) {
    const [, layer, part, kind = ''] = /^lang_model\.model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? []
    const own = LAYER_PARTS.get(part ?? '')
    if (own) ours.set(`language/layer.${layer}/${own}/${own.endsWith('norm') ? ofNorm(kind) : kind}`, tensor)
    const last = /^lang_model\.model\.layer_norm\.(weight|bias)$/.exec(name)
    if (last) ours.set(`language/norm/${ofNorm(last[1]!)}`, tensor)
    if (name !== 'lang_model.model.embed_tokens.weight') continue
    ours.set('embedding', tensor)
    ours.set('scaled_embedding', { ...tensor, data: tensor.data.map((v) => v * Math.sqrt(tensor.shape[1]!)) })
  }
  return ours
}

/** All parameters, of `weight.` with what stands under other prefixes in place of some. */
export async function weightsOf(
  file: TensorFile,
  { training = false, over = [] as string[], gates = undefined as number | undefined } = {},
) {
  const theirs = new Map(['weight.', ...over].flatMap((prefix) => [...tensorsOf(file, prefix)]))
  const { d_model: width } = toldBy(file)
  const tensors = new Map([
    ...languageTensors(theirs),
    ...adapterTensors(theirs, 'fixture'),
    ['positions', { shape: [MOST_TOKENS, width], data: tokenPositions(MOST_TOKENS, width) }],
    ['no_position', { shape: [4, width], data: new Float32Array(4 * width) }],
  ])
  const weights = new ParameterSet(await lentGpu(), specsOf(toldBy(file)), { training })
  if (gates !== undefined)
    for (const [name, { shape, data }] of tensors) if (name.endsWith('/gate')) tensors.set(name, { shape, data: data.map(() => gates) })
  weights.load(tensors, 'fixture')
  return weights
}

/** The table of positions of XGLM: row r has r's sines, then its cosines, of exponents c / (d/2 - 1); tokens begin with row 2. */
function tokenPositions(count: number, width: number): Float32Array {
  const half = width / 2
  return Float32Array.from({ length: count * width }, (_, i) => {
    const [row, c] = [2 + Math.floor(i / width), i % width]
    const angle = row * Math.exp((-(c % half) * Math.log(10_000)) / (half - 1))
    return c < half ? Math.sin(angle) : Math.cos(angle)
  })
}

/** What is fed of the file's batch. */
export function batchOf(file: TensorFile) {
  const { d_model: width, pad } = toldBy(file)
  const [batch, all] = file.tensors.get('token_ids')!.shape as [number, number]
  const [, signs, signWidth] = file.tensors.get('sign')!.shape as [number, number, number]
  const [ids, mask] = [whole(file, 'token_ids'), whole(file, 'token_mask')]
  const target = all - 1
  const table = floats(file, 'weight.lang_model.model.embed_tokens.weight')
  const places = tokenPositions(target, width)
  const x = new Float32Array(batch * target * width)
  const goal = new Uint32Array(batch * target)
  const coefficient = new Float32Array(batch * target)
  const goals = mask.filter((_, i) => i % all > 0).reduce((sum, v) => sum + v, 0)
  const lengths = new Uint32Array(batch)
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < target; t++) {
      const at = b * all + t
      lengths[b]! += mask[at]!
      goal[b * target + t] = mask[at + 1] ? ids[at + 1]! : pad
      coefficient[b * target + t] = mask[at + 1]! / goals
      if (!mask[at]) continue
      for (let c = 0; c < width; c++)
        x[(b * target + t) * width + c] = Math.fround(Math.sqrt(width) * table[ids[at]! * width + c]!) + places[t * width + c]!
    }
  }
  return {
    batch,
    target,
    signs,
    arrays: {
      x,
      lengths,
      goal,
      coefficient,
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

export function feedsOf(recorder: Recorder, { batch, target, signs }: Batch, { d_model: width, sign_dim }: Told) {
  return {
    x: recorder.feed('x', [batch, target, width]),
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

/** Features of the signing and logits; adapted, or of the language model alone. */
export function forward(r: Recording, feeds: Feeds, settings: AdapterSettings | undefined) {
  const memory = signFeatures(r, feeds.sign, { table: feeds.signTable, at: feeds.signAt })
  const attend = settings
    ? adaptedAttention(settings, { lengths: feeds.lengths, memory, memoryLengths: feeds.signLengths })
    : causalAttention(feeds.lengths)
  return { memory, logits: linear(r.graph, languageLayers(r, feeds.x, attend), r.weights.get('embedding')) }
}

export function recordLoss(
  graph: Graph,
  logits: Tensor,
  { goal, coefficient }: Feeds,
  { vocab, pad, label_smoothing: smoothing }: Told,
): Tensor {
  return crossEntropy(graph, logits, { goal, coefficient }, { classes: vocab, ignored: pad, smoothing })
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
  const { memory, logits } = forward({ graph, weights, config: layersOf(told) }, feeds, settings)
  const result = recordLoss(graph, logits, feeds, told)
  const forwardSteps = recorder.steps.length
  graph.backward()
  const gradSign = graph.gradAt(feeds.sign)
  const reports = [logits, memory, result, ...(gradSign ? [gradSign] : [])]
  for (const tensor of reports) recorder.report(tensor)
  await using program = await Program.build(await lentGpu(), recorder)
  for (const name of Object.keys(feeds) as (keyof Feeds)[]) program.write(feeds[name], batch.arrays[name])
  program.write(seed, new Uint32Array(4))
  const read = (await program.run({ clear: weights.grads?.buffers ?? [] })).map((buffer) => new Float32Array(buffer))
  return {
    logits: read[0]!,
    memory: read[1]!,
    loss: lossOf(read[2]!, batch.arrays.coefficient),
    gradSign: read[3],
    grads: weights.grads && (await weights.save(weights.grads)),
    backward: recorder.steps.slice(forwardSteps).map(({ kernel }) => kernel.name),
    stride: logits.shape.at(-1)!,
  }
}
