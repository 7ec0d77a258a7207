// What both stages of Sign2GPT read signing with: of video, an image encoder; a linear layer and batch norm over frames; and the sign encoder, which makes
// tokens of them.

import { bug } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { frameHead, frameHeadSpecs } from '../nn/frame_head.js'
import { type ImageConstants, imageFeatures } from '../nn/image_encoder.js'
import { imageEncoderSpecs } from '../nn/image_encoder_specs.js'
import { ImageTables, imagesAtOnce } from '../nn/image_tables.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import { rotaryTable } from '../nn/positions.js'
import type { LayerConfig, Recording } from '../nn/recording.js'
import { signEncoder, signEncoderSpecs } from '../nn/sign_encoder.js'
import { rowsBehind, stageFrames, stageLengths } from '../nn/sign_encoder_config.js'
import { drawFrames, type FrameTensors } from '../ops/frame_augment.js'
import { padded } from '../ops/parameter.js'
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

/** What an image encoder reads that is not learned; undefined for a model of poses. */
export const signImages = (gpu: Gpu, { images }: SignConfig): ImageTables | undefined =>
  images && new ImageTables(gpu, images, imagesAtOnce(images, gpu.device.limits.maxStorageBufferBindingSize))

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

/** What is seen in each frame, clips behind each other. */
export type SeenFrames =
  /** Poses, or what an image encoder has made of pictures before: [B, T, numbers rounded up to 4]. */
  | { readonly frames: Tensor }
  /** Pictures, some at a time: B·T of them in all, those of the clips one behind the other, then none. */
  | { readonly pictures: readonly FrameTensors[] }

export type SignInputs = ClipPlaces & SeenFrames

/** Frames to tokens [B, T', width]. Padding of frames is 0. */
export function signTokens(r: Recording, config: SignConfig, inputs: SignInputs, tables: SignTables): Tensor {
  const { at, lengths } = inputs
  const seen = 'pictures' in inputs ? seenPictures(r, config, inputs.pictures, inputs, tables) : inputs.frames
  const features = frameHead(r, FRAMES, seen, lengths[0]!)
  return signEncoder(r, signEncoderOf(config), { features, at, lengths, ...tables })
}

/** Features of pictures [B, T, numbers], by the image encoder. */
function seenPictures(
  r: Recording,
  { images }: SignConfig,
  pictures: readonly FrameTensors[],
  { lengths, at }: ClipPlaces,
  tables: SignTables,
): Tensor {
  if (!images || !tables.images) throw bug('sign tokens', 'pictures for a model of poses')
  const drawn = pictures.map((part) => r.graph.recorder.scope('image/frames', () => drawFrames(r.graph, part, images.imageSize[0])))
  const [clips] = lengths as [Tensor]
  const length = at.shape[0]! / clips.shape[0]!
  return imageFeatures(r, drawn, { lengths: clips, length }, images, tables.images)
}
