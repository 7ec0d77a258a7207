// Everything a text-to-pose model learns, as one list. Arenas, checkpoints, imports and the parameter count follow from it.

import { decoderSpecs } from '../nn/decoder.js'
import { type EncoderSizes, encoderSpecs } from '../nn/encoder.js'
import { type Init, uniformFanIn, xavierBound, xavierUniform, zeros } from '../nn/init.js'
import { type ParameterSpec, trainedNumbers } from '../nn/parameter_spec.js'
import { batchNormSpecs, linearSpecs, normSpecs } from '../nn/specs.js'
import { PLACES } from '../ops/upsampling.js'
import { specialId } from '../text/vocabulary.js'
import { inputNumbers, type ModelConfig, outputNumbers } from './config.js'

/** The one parameter that belongs to the words. */
export const TOKEN_TABLE = 'tokens/table'

const tokenInit: Init = { kind: 'xavier-uniform', zeroRow: specialId.padding }

/** The parameters of one language group, in order. */
export function parameterSpecs(config: ModelConfig, vocabulary: number): ParameterSpec[] {
  const specs = separateSpecs(config, vocabulary)
  return config.initialisation === 'pytorch' ? asPyTorchBegins(specs, config) : specs
}

function separateSpecs(config: ModelConfig, vocabulary: number): ParameterSpec[] {
  const { width } = config
  return [
    { name: TOKEN_TABLE, shape: [vocabulary, width], init: tokenInit },
    ...linearSpecs('frames', inputNumbers(config), width),
    ...encoderSpecs(config),
    ...decoderSpecs(config),
    { name: 'pose/weight', shape: [outputNumbers(config), width], init: xavierUniform },
    ...(config.headBias ? [{ name: 'pose/bias', shape: [outputNumbers(config)], init: zeros }] : []),
    ...(config.durations
      ? [
          ...linearSpecs('duration.0', width, width),
          ...linearSpecs('duration.1', width, 1),
          ...linearSpecs('alignment', width + PLACES, width),
        ]
      : []),
    ...(config.lengthHead ? lengthSpecs(config) : []),
  ]
}

function lengthSpecs({ width, lengthForm }: ModelConfig): ParameterSpec[] {
  if (lengthForm === 'log') return [...linearSpecs('length.0', width, width), ...linearSpecs('length.1', width, 1)]
  return [...normSpecs('length/norm', width), ...linearSpecs('length.0', width, width / 2), ...linearSpecs('length.1', width / 2, 1)]
}

/**
 * The same parameters, as PyTorch's transformer begins where every matrix is then drawn by Xavier's rule: an attention's queries, keys and values are
 * one matrix there, and its biases 0; other biases are a linear layer's own; no row of the table of tokens is set apart.
 */
function asPyTorchBegins(specs: readonly ParameterSpec[], { width }: ModelConfig): ParameterSpec[] {
  const inputsOf = new Map(specs.map(({ name, shape }) => [name, shape[1]]))
  const together: Init = { kind: 'uniform', bound: xavierBound([3 * width, width]) }
  return specs.map((spec) => {
    const [, layer, part, kind] = /^(.*?)(?:\/(query|key|value|out))?\/(weight|bias|table)$/.exec(spec.name) ?? []
    if (kind === 'table') return { ...spec, init: xavierUniform }
    if (kind === 'weight' && part !== undefined && part !== 'out') return { ...spec, init: together }
    const inputs = kind === 'bias' && part === undefined ? inputsOf.get(`${layer}/weight`) : undefined
    return inputs === undefined ? spec : { ...spec, init: uniformFanIn(inputs) }
  })
}

/** The parameters of a text-to-gloss model, in order. */
export function glossParameterSpecs(
  config: Pick<ModelConfig, 'width' | 'hidden' | 'encoderLayers' | 'decoderLayers'>,
  sourceVocabulary: number,
  glossVocabulary: number,
): ParameterSpec[] {
  const { width } = config
  return [
    { name: TOKEN_TABLE, shape: [sourceVocabulary, width], init: tokenInit },
    ...encoderSpecs(config),
    { name: 'gloss/table', shape: [glossVocabulary, width], init: xavierUniform },
    ...decoderSpecs(config),
    { name: 'gloss/weight', shape: [glossVocabulary, width], init: xavierUniform },
  ]
}

/** The parameters of a pose-to-text model, in order: with `glossClasses` a head for CTC, with `vocabulary` a decoder of words. */
export function poseToTextSpecs(
  config: Pick<ModelConfig, 'width' | 'hidden' | 'encoderLayers' | 'decoderLayers'> & EncoderSizes & { readonly numbers: number },
  glossClasses: number | undefined,
  vocabulary: number | undefined,
): ParameterSpec[] {
  const { width, numbers } = config
  const recogniser = glossClasses === undefined ? [] : linearSpecs('gloss', width, glossClasses)
  const translator =
    vocabulary === undefined
      ? []
      : [
          { name: 'words/table', shape: [vocabulary, width], init: tokenInit },
          ...batchNormSpecs('words/norm', width),
          ...decoderSpecs(config),
          { name: 'words/out/weight', shape: [vocabulary, width], init: xavierUniform },
        ]
  return [
    ...linearSpecs('frames', numbers, width),
    ...batchNormSpecs('frames/norm', width),
    ...encoderSpecs(config),
    ...recogniser,
    ...translator,
  ]
}

/** How many numbers a group learns; padding is not counted. */
export function parameterCount(config: ModelConfig, vocabulary: number): number {
  return trainedNumbers(parameterSpecs(config, vocabulary))
}
