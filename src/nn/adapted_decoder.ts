// Adapters that let a frozen language model read signing, as Sign2GPT has them (Wong et al. 2024): low-rank ones (LoRA) at the queries, keys,
// values and output of every layer, and a second attention, over the signing, through a gate for each head that begins shut. What stands between the
// layers' attentions is the language model's own.
//
//   O = softmax(q·kᵀ, causal)·v + gate ⊙ softmax(q'·k'ᵀ)·v',   k', v' of the signing normed as the layer's input is
//
// Both attentions share the frozen projections and have adapters of their own. At the first values every B of the layer's own attention is 0 and so
// are the gates: the adapted model has the frozen model's bits.

import type { Tensor } from '../device/memory.js'
import { appendToCache, attention, attentionOverCache } from '../ops/attention.js'
import { type GateKind, headGate } from '../ops/head_gate.js'
import { addLora, type LoraFinish } from '../ops/lora.js'
import { addPositions } from '../ops/positions.js'
import { type Init, uniformFanIn, zeros } from './init.js'
import { type AttentionHalf, attentionName } from './language_model.js'
import { headsOf, norm, project, projectMemory } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { defaultLinearSpecs } from './specs.js'

/** What all parameters of adapters are called first. */
const ADAPTERS = 'adapters'

/** The layer that signing goes through, once for all layers. */
const SIGNING = `${ADAPTERS}/signing`

const KEY_VALUE = ['key', 'value'] as const

export interface AdapterFactors {
  /** What adapters of queries, keys and values are multiplied by, published as α/rank; those of the output are not. */
  readonly factor: number
  /** Share of what adapters of queries, keys and values read that training drops. */
  readonly dropout: number
}

export interface AdapterSettings extends AdapterFactors {
  /** How the number of a gate opens it. */
  readonly gate: GateKind
}

export interface AdapterSizes {
  /** Of the language model. */
  readonly width: number
  readonly heads: number
  readonly decoderLayers: number
  /** Of encoded signing. */
  readonly signWidth: number
  readonly rank: number
}

/** Places in signing: rows of a table [count, width], and each row's place u32 [B·T]. */
export interface SignPlaces {
  readonly table: Tensor
  readonly at: Tensor
}

/** Encoded signing [B, T, signWidth] as features of the language model's width, for its layers; first told its places where those are given. */
export function signFeatures(r: Recording, signing: Tensor, places?: SignPlaces): Tensor {
  const placed = places ? r.graph.recorder.scope(SIGNING, () => addPositions(r.graph, signing, places.table, places.at)) : signing
  return project(r, SIGNING, placed)
}

export interface AdaptedInputs {
  /** u32 [B]: tokens that count. */
  readonly lengths: Tensor
  /** [B, U, D], from `signFeatures`. */
  readonly memory: Tensor
  /** u32 [B] */
  readonly memoryLengths: Tensor
}

/** Attention of whole sentences, to be given to `languageLayers`. */
export const adaptedAttention =
  (settings: AdapterSettings, { lengths, memory, memoryLengths }: AdaptedInputs): AttentionHalf =>
  (r, name, x, layer) => {
    const { own, q, signQ, kv } = projections(r, settings, name, x, layer)
    const signKv = signKeys(r, settings, memory, layer)
    const heads = headsOf(r)
    const words = inScope(r, name, (g) => attention(g, q, kv, kv, { ...heads, keyLengths: lengths, causal: true }))
    const signs = inScope(r, own, (g) => attention(g, signQ, signKv, signKv, { ...heads, keyLengths: memoryLengths, causal: false }))
    return adaptedOutput(r, { name, own, x, y: gated(r, settings, { own, words, signs }) })
  }

export interface AdaptedStepInputs {
  /** u32 [B]: tokens so far, which is the index of this one. */
  readonly lengths: Tensor
  /** Each layer's keys and values of past tokens, [B, capacity, 2D]. */
  readonly past: readonly Tensor[]
  /** Each layer's keys and values of the signing, [B, U, 2D], from `signCaches`. */
  readonly memory: readonly Tensor[]
  /** u32 [B] */
  readonly memoryLengths: Tensor
}

/** Attention of one token more, the step of `adaptedAttention`. */
export const adaptedStep =
  (settings: AdapterSettings, { lengths, past, memory, memoryLengths }: AdaptedStepInputs): AttentionHalf =>
  (r, name, x, layer) => {
    const { own, q, signQ, kv } = projections(r, settings, name, x, layer)
    const { heads } = r.config
    const words = inScope(r, name, (g) => {
      appendToCache(g, past[layer]!, kv, lengths)
      return attentionOverCache(g, q, past[layer]!, lengths, { heads, extra: 1 })
    })
    const signs = inScope(r, own, (g) => attentionOverCache(g, signQ, memory[layer]!, memoryLengths, { heads, extra: 0 }))
    return adaptedOutput(r, { name, own, x, y: gated(r, settings, { own, words, signs }) })
  }

/** Keys and values of the signing for every layer, [B, U, 2D] each, made once a sentence. */
export const signCaches = (r: Recording, settings: AdapterSettings, memory: Tensor): Tensor[] =>
  Array.from({ length: r.config.decoderLayers }, (_, layer) => signKeys(r, settings, memory, layer))

/** What a layer's own attention reads of its input, through its norm. */
export function adaptedProjections(r: Recording, settings: AdapterFactors, name: string, x: Tensor, layer: number) {
  const own = adapterName(layer)
  const normed = norm(r, `${name}/norm`, x)
  const base = project(r, `${name}/query`, normed)
  return {
    ...{ own, normed, base },
    q: adapted(r, settings, { name: `${own}/self`, parts: ['query'], x: normed, base }),
    kv: adapted(r, settings, { name: `${own}/self`, parts: KEY_VALUE, x: normed, base: projectMemory(r, name, normed) }),
  }
}

/** What both attentions read of a layer's input; queries share a product. */
function projections(r: Recording, settings: AdapterSettings, name: string, x: Tensor, layer: number) {
  const { own, normed, base, q, kv } = adaptedProjections(r, settings, name, x, layer)
  return { own, q, kv, signQ: adapted(r, settings, { name: `${own}/cross`, parts: ['query'], x: normed, base }) }
}

/** Keys and values that a layer sees of the signing, side by side. */
function signKeys(r: Recording, settings: AdapterSettings, memory: Tensor, layer: number): Tensor {
  const name = attentionName(layer)
  const x = norm(r, `${name}/norm`, memory)
  return adapted(r, settings, { name: `${adapterName(layer)}/cross`, parts: KEY_VALUE, x, base: projectMemory(r, name, x) })
}

/** What the gate lets through of the signing, and the words. */
const gated = (
  r: Recording,
  { gate: kind }: AdapterSettings,
  { own, words, signs }: { readonly own: string; readonly words: Tensor; readonly signs: Tensor },
): Tensor => inScope(r, own, (g) => headGate(g, words, signs, r.weights.get(`${own}/gate`), { heads: r.config.heads, kind }))

/** x + drop(the output projection of what attention made), with an adapter that is neither scaled nor dropped, as released. */
export function adaptedOutput(
  r: Recording,
  { name, own, x, y }: { readonly name: string; readonly own: string; readonly x: Tensor; readonly y: Tensor },
): Tensor {
  const base = project(r, `${name}/out`, y)
  const plain = { factor: 1, dropout: 0 }
  return adapted(r, plain, { name: own, parts: ['out'], x: y, base }, { residual: x, dropout: r.config.residualDropout ?? 0 })
}

interface AdaptedLayer {
  /** Where adapters lie, and which of them are for these columns. */
  readonly name: string
  readonly parts: readonly string[]
  readonly x: Tensor
  /** What the frozen layer makes of x. */
  readonly base: Tensor
}

function adapted(
  r: Recording,
  { factor, dropout }: AdapterFactors,
  { name, parts, x, base }: AdaptedLayer,
  finish: LoraFinish = {},
): Tensor {
  const together = (kind: string) => r.weights.joined(parts.map((part) => `${name}/${part}/${kind}`))
  const lora = { a: together('a'), b: together('b'), parts: parts.length, factor, dropout }
  return inScope(r, `${name}/${parts.join('+')}`, (g) => addLora(g, x, base, lora, finish))
}

const inScope = (r: Recording, name: string, record: (g: Recording['graph']) => Tensor): Tensor =>
  r.graph.recorder.scope(name, () => record(r.graph))

const adapterName = (layer: number): string => `${ADAPTERS}/layer.${layer}`

/** As released: A of normal deviation 0.2 and B of zeros, but for keys and values of the signing, which begin as PyTorch's linear layers. */
export function adapterSpecs(sizes: AdapterSizes): ParameterSpec[] {
  const { width, heads, decoderLayers, rank } = sizes
  const linear = { a: uniformFanIn(width), b: uniformFanIn(rank) }
  const layers = Array.from({ length: decoderLayers }, (_, i) => {
    const own = adapterName(i)
    return [
      ...ownAdapterSpecs(i, sizes),
      ...factorSpecs(`${own}/cross`, ['query'], released, { width, rank }),
      ...factorSpecs(`${own}/cross`, KEY_VALUE, linear, { width, rank }),
      { name: `${own}/gate`, shape: [heads], init: zeros },
    ]
  })
  return [...layers.flat(), ...signingSpecs(sizes)]
}

const released = { a: { kind: 'normal', deviation: 0.2 }, b: zeros } as const

/** The adapters of a layer's own attention. */
export function ownAdapterSpecs(layer: number, { width, rank }: Pick<AdapterSizes, 'width' | 'rank'>): ParameterSpec[] {
  const own = adapterName(layer)
  return [
    ...factorSpecs(`${own}/self`, ['query'], released, { width, rank }),
    ...factorSpecs(`${own}/self`, KEY_VALUE, released, { width, rank }),
    ...factorSpecs(own, ['out'], released, { width, rank }),
  ]
}

/** The layer that signing goes through. */
export const signingSpecs = ({ signWidth, width }: Pick<AdapterSizes, 'signWidth' | 'width'>): ParameterSpec[] =>
  defaultLinearSpecs(SIGNING, signWidth, width)

/** Factors of adapters that are applied side by side: all A one behind the other, and all B. */
function factorSpecs(
  name: string,
  parts: readonly string[],
  init: { readonly a: Init; readonly b: Init },
  { width, rank }: Pick<AdapterSizes, 'width' | 'rank'>,
): ParameterSpec[] {
  const factor = (kind: 'a' | 'b', shape: readonly number[]) =>
    parts.map(
      (part, i): ParameterSpec => ({ name: `${name}/${part}/${kind}`, shape, init: init[kind], ...(i > 0 && { follows: true as const }) }),
    )
  return [...factor('a', [rank, width]), ...factor('b', [width, rank])]
}
