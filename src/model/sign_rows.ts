// How many rows clips take in a batch that is read: of frames, with what is put around them, behind each step, and of tokens.

import { rowsBehind, stageFrames, stageLengths } from '../nn/sign_encoder_config.js'
import { rowsLeft } from '../nn/temporal_convolution.js'
import { padded } from '../ops/parameter.js'
import { type ConvolvedSigns, convolvedLengths, framesHeld, heldPlaces, tokensOfHeld } from './convolved_signs.js'
import { type SignConfig, signEncoderOf } from './sign_sizes.js'

/** What reads signing, by attention or by convolutions over time. */
export type ReadSigns = SignConfig | ConvolvedSigns

export const isConvolved = (config: ReadSigns): config is ConvolvedSigns => !('stages' in config)

/** Frames that a batch is to have for a clip of so many: with what stands behind it, where padding counts, or around it, where its ends are held. */
export const roomFor = (frames: number, config: ReadSigns): number =>
  isConvolved(config) ? framesHeld(frames) : frames + rowsBehind(signEncoderOf(config))

/** The frames of a clip as they are read: where its ends are held, some of them several times. */
export const framesShown = <Frame>(frames: readonly Frame[], config: ReadSigns): readonly Frame[] =>
  isConvolved(config) ? Array.from(heldPlaces(frames.length), (at) => frames[at]!) : frames

/** Frames that a batch may be padded to. */
export const mostPadded = (config: ReadSigns): number => padded(roomFor(config.maxFrames, config))

/** Tokens of a clip of so many frames. */
export const tokensOf = (frames: number, config: ReadSigns): number =>
  isConvolved(config)
    ? tokensOfHeld(frames)
    : stageLengths(Uint32Array.of(frames), roomFor(frames, config), signEncoderOf(config)).at(-1)![0]!

/** Rows for tokens in a batch padded to so many frames. */
export const tokenRows = (frames: number, config: ReadSigns): number =>
  isConvolved(config) ? rowsLeft(frames).at(-1)! : stageFrames(frames, signEncoderOf(config)).at(-1)!

/** Rows that count behind each step, of tokens last, u32 [B] each, of clips of so many frames in a batch padded to `length`. */
export const laterLengths = (frameLengths: Uint32Array, length: number, config: ReadSigns): Uint32Array[] =>
  isConvolved(config) ? convolvedLengths(frameLengths, length, config) : stageLengths(frameLengths, length, signEncoderOf(config)).slice(1)

/** How many those are. */
export const laterSteps = (config: ReadSigns): number => (isConvolved(config) ? rowsLeft(0).length + 1 : config.stages.length - 1)

/** Frames from one token to the next: token t is about frame t times that. */
export const framesPerToken = ({ stages, downSample }: SignConfig): number => (downSample ? 2 ** (stages.length - 1) : 1)
