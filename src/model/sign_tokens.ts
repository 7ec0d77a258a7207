// What both stages of Sign2GPT read signing with: a linear layer and batch norm over frames, and the sign encoder, which makes tokens of them. What is
// read in place of poses makes features of its own, and gives them to `signTokensOf`.

import type { Tensor } from '../device/memory.js'
import { frameHead, frameHeadSpecs } from '../nn/frame_head.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import { rotaryTable } from '../nn/positions.js'
import type { LayerConfig, Recording } from '../nn/recording.js'
import { signEncoder, signEncoderSpecs } from '../nn/sign_encoder.js'
import { rowsBehind, stageFrames, stageLengths } from '../nn/sign_encoder_config.js'
import { padded } from '../ops/parameter.js'
import { type SignConfig, signEncoderOf } from './sign_sizes.js'

/** Where poses come in; its parameters begin with it. */
const FRAMES = 'frames'

/** The parameters, in order. */
export const signSpecs = (config: SignConfig): ParameterSpec[] => [
  ...frameHeadSpecs(FRAMES, config.numbers, config.width),
  ...signEncoderSpecs(config),
]

/** What stands in a model beside its parameters, and is not learned. */
export interface SignTables {
  /** [mostPadded, width] */
  readonly positions: Tensor
  /** [mostPadded, width / heads] */
  readonly angles: Tensor
}

/** Frames that a batch is to have for a clip of so many: with what stands behind it, where padding counts. */
export const roomFor = (frames: number, config: SignConfig): number => frames + rowsBehind(signEncoderOf(config))

/** Frames that a batch may be padded to. */
export const mostPadded = (config: SignConfig): number => padded(roomFor(config.maxFrames, config))

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

/** Tokens of a clip of so many frames. */
export const tokensOf = (frames: number, config: SignConfig): number =>
  stageLengths(Uint32Array.of(frames), roomFor(frames, config), signEncoderOf(config)).at(-1)![0]!

/** Rows for tokens in a batch padded to so many frames. */
export const tokenRows = (frames: number, config: SignConfig): number => stageFrames(frames, signEncoderOf(config)).at(-1)!

/** Frames from one token to the next: token t is about frame t times that. */
export const framesPerToken = ({ stages, downSample }: SignConfig): number => (downSample ? 2 ** (stages.length - 1) : 1)

/** Where clips end, and where their frames stand. */
export interface ClipPlaces {
  /** u32 [B] for each stage: rows of each clip, of frames first, of tokens last. */
  readonly lengths: readonly Tensor[]
  /** u32 [B·T]: each frame's place in its clip. */
  readonly at: Tensor
}

/** Frames of poses [B, T, numbers rounded up to 4] to tokens [B, T', width]. */
export function signTokens(
  r: Recording,
  config: SignConfig,
  { frames, ...places }: ClipPlaces & { readonly frames: Tensor },
  tables: SignTables,
): Tensor {
  return signTokensOf(r, config, frameHead(r, FRAMES, frames, places.lengths[0]!), places, tables)
}

/** Features of frames [B, T, width], zeros at padding, to tokens [B, T', width]. */
export const signTokensOf = (r: Recording, config: SignConfig, features: Tensor, places: ClipPlaces, tables: SignTables): Tensor =>
  signEncoder(r, signEncoderOf(config), { features, ...places, ...tables })
