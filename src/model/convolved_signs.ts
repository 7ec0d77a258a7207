// How GFSLT-VLP (Zhou et al. 2023) reads signing: a row of features a frame, of which convolutions over time make a quarter as many tokens.

import { SignError } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import type { ImageConstants } from '../nn/image_encoder.js'
import { imageEncoderSpecs } from '../nn/image_encoder_specs.js'
import { project } from '../nn/layers.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import type { Recording } from '../nn/recording.js'
import { defaultLinearSpecs } from '../nn/specs.js'
import { type FramePadding, rowsLeft, temporalConvolution, temporalConvolutionSpecs } from '../nn/temporal_convolution.js'
import { largest, MOST_NUMBERS } from './config.js'
import { type SignInputs, seenPictures } from './seen_frames.js'
import { checkImages, type SeenSigns } from './sign_sizes.js'

export interface ConvolvedSigns extends SeenSigns {
  /** Numbers of a frame that the convolutions read: poses become so many in a linear layer; of video it is the width of the image encoder. */
  readonly features: number
  /** Of a token. */
  readonly width: number
  /** What stands past a clip's end: nothing, or ones that count like frames, as in the released code. */
  readonly padding: FramePadding
}

/** Frames that the first one of a clip stands for before it; the last stands for as many behind it, and for what is missing to a multiple of 4. */
const HELD = 8
const MULTIPLE = 4

/** Frames of a clip of so many with those before and behind it: at least enough for one token. */
export const framesHeld = (frames: number): number => MULTIPLE * Math.ceil(frames / MULTIPLE) + 2 * HELD

/** Which of a clip's frames each of {@link framesHeld} shows. */
export const heldPlaces = (frames: number): Uint32Array =>
  Uint32Array.from({ length: framesHeld(frames) }, (_, t) => Math.min(Math.max(t - HELD, 0), frames - 1))

/** Tokens of a clip of so many frames. */
export const tokensOfHeld = (frames: number): number => rowsLeft(framesHeld(frames)).at(-1)!

/**
 * Rows that count behind each step of the convolutions, and at last the clips' tokens, u32 [B] each. Where padding counts, all rows of the batch do, but
 * for the tokens.
 *
 * @param frameLengths of clips as {@link framesHeld} has them
 * @param length that they are padded to
 */
export function convolvedLengths(frameLengths: Uint32Array, length: number, { padding }: Pick<ConvolvedSigns, 'padding'>): Uint32Array[] {
  const steps = rowsLeft(length).map((room, i) => frameLengths.map((frames) => (padding === 'ones' ? room : rowsLeft(frames)[i]!)))
  return [...steps, frameLengths.map((frames) => rowsLeft(frames).at(-1)!)]
}

const FRAMES = 'frames'
const TIME = 'time'

export const convolvedSpecs = ({ images, numbers, features, width }: ConvolvedSigns): ParameterSpec[] => [
  ...(images ? imageEncoderSpecs(images) : defaultLinearSpecs(FRAMES, numbers, features)),
  ...temporalConvolutionSpecs(TIME, features, width),
]

/**
 * Frames to tokens [B, T', width].
 *
 * @param inputs lengths are those of frames, then those of {@link convolvedLengths}
 * @param images what an image encoder reads that is not learned
 */
export function convolvedTokens(r: Recording, config: ConvolvedSigns, inputs: SignInputs, images: ImageConstants | undefined): Tensor {
  const { features: width, padding } = config
  const frames = 'pictures' in inputs ? seenPictures(r, config, inputs.pictures, inputs, images) : seenNumbers(r, config, inputs.frames)
  return temporalConvolution(r, TIME, frames, inputs.lengths, { inputs: width, outputs: config.width, padding })
}

/** Poses through a linear layer; what an image encoder has made of pictures before as it is. */
const seenNumbers = (r: Recording, { images }: ConvolvedSigns, frames: Tensor): Tensor => (images ? frames : project(r, FRAMES, frames))

const WHO = 'signs'

/** Throws ERR_CONFIG for sizes no kernel can run. */
export function checkConvolvedSigns(config: ConvolvedSigns): void {
  const most = { width: largest.width, features: largest.width, numbers: MOST_NUMBERS, maxFrames: largest.maxFrames }
  const refuse = (wanted: string, got: number) => new SignError('ERR_CONFIG', WHO, `wanted ${wanted}, got ${got}`, 'Change that size')
  for (const size of ['width', 'features', 'numbers', 'maxFrames'] as const)
    if (!(Number.isInteger(config[size]) && config[size] >= 1 && config[size] <= most[size]))
      throw refuse(`${size} to be a whole number of 1 to ${most[size]}`, config[size])
  for (const size of ['width', 'features'] as const) if (config[size] % 4 !== 0) throw refuse(`${size} to be a multiple of 4`, config[size])
  checkImages(config, WHO)
  if (config.images && config.features !== config.numbers)
    throw refuse(`features to be the width of the image encoder, ${config.numbers}`, config.features)
}
