// Everything a text-to-pose model learns, as one list. Arenas, checkpoints, imports and the parameter count follow from it.

import { decoderSpecs } from '../nn/decoder.js'
import { encoderSpecs } from '../nn/encoder.js'
import { type Init, xavierUniform } from '../nn/init.js'
import { type ParameterSpec, trainedNumbers } from '../nn/parameter_spec.js'
import { batchNormSpecs, linearSpecs } from '../nn/specs.js'
import { PLACES } from '../ops/upsampling.js'
import { specialId } from '../text/vocabulary.js'
import { inputNumbers, type ModelConfig, outputNumbers } from './config.js'

/** The one parameter that belongs to the words. */
export const TOKEN_TABLE = 'tokens/table'

const tokenInit: Init = { kind: 'xavier-uniform', zeroRow: specialId.padding }

/** The parameters of one language group, in order. */
export function parameterSpecs(config: ModelConfig, vocabulary: number): ParameterSpec[] {
  const { width } = config
  return [
    { name: TOKEN_TABLE, shape: [vocabulary, width], init: tokenInit },
    ...linearSpecs('frames', inputNumbers(config), width),
    ...encoderSpecs(config),
    ...decoderSpecs(config),
    { name: 'pose/weight', shape: [outputNumbers(config), width], init: xavierUniform },
    ...(config.durations
      ? [
          ...linearSpecs('duration.0', width, width),
          ...linearSpecs('duration.1', width, 1),
          ...linearSpecs('alignment', width + PLACES, width),
        ]
      : []),
    ...(config.lengthHead ? [...linearSpecs('length.0', width, width), ...linearSpecs('length.1', width, 1)] : []),
  ]
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
  config: Pick<ModelConfig, 'width' | 'hidden' | 'encoderLayers' | 'decoderLayers'> & { readonly numbers: number },
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
