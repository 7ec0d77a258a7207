// What both stages of Sign2GPT read signing with: of video, an image encoder; a linear layer and batch norm over frames; and the sign encoder, which makes
// tokens of them.

import type { Tensor } from '../device/memory.js'
import { frameHead, frameHeadSpecs } from '../nn/frame_head.js'
import type { ImageConstants } from '../nn/image_encoder.js'
import { imageEncoderSpecs } from '../nn/image_encoder_specs.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import { rotaryTable } from '../nn/positions.js'
import type { LayerConfig, Recording } from '../nn/recording.js'
import { signEncoder, signEncoderSpecs } from '../nn/sign_encoder.js'
import { type SignInputs, seenPictures } from './seen_frames.js'
import { mostPadded } from './sign_rows.js'
import { type SignConfig, signEncoderOf } from './sign_sizes.js'

/** Where poses or features of images come in; its parameters begin with it. */
const FRAMES = 'frames'

/** The parameters, in order. */
export const signSpecs = (config: SignConfig): ParameterSpec[] => [
  ...(config.images ? imageEncoderSpecs(config.images) : []),
  ...frameHeadSpecs(FRAMES, config.numbers, config.width),
  ...signEncoderSpecs(config),
]

/** What stands in a model beside its parameters, and is not learned. */
export interface SignTables {
  /** [mostPadded, width] */
  readonly positions: Tensor
  /** [mostPadded, width / heads] */
  readonly angles: Tensor
  /** Of video alone. */
  readonly images?: ImageConstants | undefined
}

/** Shapes of both tables. */
export const signTableShapes = (config: SignConfig) =>
  ({
    positions: [mostPadded(config), config.width],
    angles: [mostPadded(config), config.width / config.heads],
  }) as const

/** The table by whose angles queries and keys are turned. */
export const signAngles = (config: SignConfig): Float32Array => rotaryTable(...signTableShapes(config).angles)

/** What layers beside the sign encoder are recorded with. */
export const signLayers = ({ heads, dropout }: SignConfig): LayerConfig => ({
  ...{ heads, dropout, activation: 'gelu-erf', normEpsilon: 1e-5 },
  ...{ encoderLayers: 0, decoderLayers: 0 },
})

/** Frames to tokens [B, T', width]. Padding of frames is 0. */
export function signTokens(r: Recording, config: SignConfig, inputs: SignInputs, tables: SignTables): Tensor {
  const { at, lengths } = inputs
  const seen = 'pictures' in inputs ? seenPictures(r, config, inputs.pictures, inputs, tables.images) : inputs.frames
  const features = frameHead(r, FRAMES, seen, lengths[0]!)
  return signEncoder(r, signEncoderOf(config), { features, at, lengths, ...tables })
}
