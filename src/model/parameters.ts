// Everything a text-to-pose model learns, as one list. Arenas, checkpoints, imports and the parameter count follow from it.

import { elements } from '../device/memory.js'
import type { ParameterSpec } from '../ops/parameter.js'
import { inputNumbers, type ModelConfig, outputNumbers } from './config.js'

/** The one parameter that belongs to the words. */
export const TOKEN_TABLE = 'tokens/table'

/** The parameters of one language group, in order. */
export function parameterSpecs(config: ModelConfig, vocabulary: number): ParameterSpec[] {
  const { width } = config
  return [
    { name: TOKEN_TABLE, shape: [vocabulary, width], init: 'xavier' },
    ...linearSpecs('frames', inputNumbers(config), width),
    ...encoderSpecs(config),
    ...decoderSpecs(config),
    { name: 'pose/weight', shape: [outputNumbers(config), width], init: 'xavier' },
    ...(config.lengthHead ? [...linearSpecs('length.0', width, width), ...linearSpecs('length.1', width, 1)] : []),
  ]
}

/** The parameters of a text-to-gloss model, in order. */
export function glossParameterSpecs(config: LayerSizes, sourceVocabulary: number, glossVocabulary: number): ParameterSpec[] {
  const { width } = config
  return [
    { name: TOKEN_TABLE, shape: [sourceVocabulary, width], init: 'xavier' },
    ...encoderSpecs(config),
    { name: 'gloss/table', shape: [glossVocabulary, width], init: 'xavier' },
    ...decoderSpecs(config),
    { name: 'gloss/weight', shape: [glossVocabulary, width], init: 'xavier' },
  ]
}

type LayerSizes = Pick<ModelConfig, 'width' | 'hidden' | 'encoderLayers' | 'decoderLayers'>

function encoderSpecs(config: LayerSizes): ParameterSpec[] {
  return [
    ...range(config.encoderLayers).flatMap((i) => [
      ...attentionSpecs(`encoder.${i}/self`, config.width, ['key', 'value']),
      ...feedForwardSpecs(`encoder.${i}/feed_forward`, config),
    ]),
    ...normSpecs('encoder/norm', config.width),
  ]
}

function decoderSpecs(config: LayerSizes): ParameterSpec[] {
  return [
    ...range(config.decoderLayers).flatMap((i) => [
      ...attentionSpecs(`decoder.${i}/self`, config.width, ['key', 'value']),
      ...attentionSpecs(`decoder.${i}/cross`, config.width, ['value']),
      ...feedForwardSpecs(`decoder.${i}/feed_forward`, config),
    ]),
    ...normSpecs('decoder/norm', config.width),
  ]
}

/** How many numbers a group learns; padding is not counted. */
export function parameterCount(config: ModelConfig, vocabulary: number): number {
  return parameterSpecs(config, vocabulary).reduce((sum, { shape }) => sum + elements(shape), 0)
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i)

function linearSpecs(name: string, inputs: number, outputs: number): ParameterSpec[] {
  return [
    { name: `${name}/weight`, shape: [outputs, inputs], init: 'xavier' },
    { name: `${name}/bias`, shape: [outputs], init: 'zeros' },
  ]
}

function normSpecs(name: string, width: number): ParameterSpec[] {
  return [
    { name: `${name}/gamma`, shape: [width], init: 'ones' },
    { name: `${name}/beta`, shape: [width], init: 'zeros' },
  ]
}

/** `following`: the projections that are made in one product with the one before. */
function attentionSpecs(name: string, width: number, following: readonly string[]): ParameterSpec[] {
  return [
    ...normSpecs(`${name}/norm`, width),
    ...['query', 'key', 'value', 'out'].flatMap((part) =>
      linearSpecs(`${name}/${part}`, width, width).map((spec) => (following.includes(part) ? { ...spec, follows: true as const } : spec)),
    ),
  ]
}

function feedForwardSpecs(name: string, { width, hidden }: LayerSizes): ParameterSpec[] {
  return [
    ...normSpecs(`${name}/norm`, width),
    ...linearSpecs(`${name}/wide`, width, hidden),
    ...linearSpecs(`${name}/narrow`, hidden, width),
  ]
}
