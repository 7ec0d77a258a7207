// SignLLM's base: an encoder over tokens, and a decoder that regresses each frame: as published from the frames so far, or from the
// progress counter and the tokens that the frame belongs to. Forward only; the way back follows from the ops.

import { bug } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import { type DecoderStepInputs, decoder, decoderStep } from '../nn/decoder.js'
import { encoder } from '../nn/encoder.js'
import { norm, project } from '../nn/layers.js'
import type { Recording } from '../nn/recording.js'
import { type BoneTables, boneJoints } from '../ops/bone_joints.js'
import { embedding, type TokenIds } from '../ops/embedding.js'
import { gelu } from '../ops/gelu.js'
import { linear } from '../ops/linear.js'
import { meanPool } from '../ops/mean_pool.js'
import { addPositions } from '../ops/positions.js'
import { scoreColumns } from '../ops/score_columns.js'
import { sigmoid } from '../ops/sigmoid.js'
import { type TokenSpans, tokenSpans, upsampling } from '../ops/upsampling.js'
import type { ModelConfig } from './config.js'
import { TOKEN_TABLE } from './parameters.js'

/** Token ids [B, U] to features [B, U, D]. tokenLengths u32 [B]; positions [maxTokens, D]. */
export function encode(r: Recording, tokens: TokenIds, tokenLengths: Tensor, positions: Tensor): Tensor {
  const { graph, weights, config } = r
  const scale = config.scaledTokens ? Math.sqrt(positions.shape.at(-1)!) : 1
  const x = graph.recorder.scope('tokens', () => embedding(graph, tokens, weights.get(TOKEN_TABLE), positions, scale))
  return encoder(r, x, tokenLengths)
}

/** What frames are told of the tokens they belong to, in a model with durations. */
export interface TokenTiming {
  /** [B, U, D], from `encode`. */
  readonly features: Tensor
  /** [B, U, 2], from `tokenDurations`. */
  readonly spans: Tensor
  /** u32 [B] */
  readonly lengths: Tensor
  /** Where in a frame its progress counter is. */
  readonly column: number
  /** What the counter is times, so that 1 is the clip's end. */
  readonly unit: number
}

/** What a decoder is recorded with: its sizes say what its head regresses. */
export interface PoseRecording extends Recording {
  readonly config: ModelConfig
}

export interface DecodeInputs {
  /** [B, T, S]: the frames before each predicted one. */
  readonly frames: Tensor
  /** u32 [B]: frames that count. */
  readonly frameLengths: Tensor
  /** u32 [B·T]: each frame's index in its clip. */
  readonly at: Tensor
  /** [maxFrames, D] */
  readonly positions: Tensor
  /** [B, U, D], from `encode`. */
  readonly memory: Tensor
  readonly memoryLengths: Tensor
  readonly timing?: TokenTiming | undefined
  /** Of each clip, or of all; for the head `bones`. */
  readonly bones?: BoneTables | undefined
}

/** All frames at once, each seeing only those before it: [B, T, output numbers]. */
export function decode(r: PoseRecording, inputs: DecodeInputs): Tensor {
  const { frames, frameLengths, at, positions, memory, memoryLengths, timing } = inputs
  const x = addPositions(r.graph, embedFrames(r, frames, timing), positions, at)
  return poseHead(r, decoder(r, x, { lengths: frameLengths, memory, memoryLengths }), inputs.bones)
}

/** With `lengths`, the frames generated so far, and `memory`, the sentence. */
export interface DecodeFrameInputs extends DecoderStepInputs {
  /** [B, S]: the last frame. */
  readonly frame: Tensor
  readonly positions: Tensor
  readonly timing?: TokenTiming | undefined
  /** Of all; for the head `bones`. */
  readonly bones?: BoneTables | undefined
}

/** One frame more: [B, output numbers]. Equals the last row of `decode` over the same frames. */
export function decodeFrame(r: PoseRecording, inputs: DecodeFrameInputs): Tensor {
  const x = addPositions(r.graph, embedFrames(r, inputs.frame, inputs.timing), inputs.positions, inputs.lengths)
  return poseHead(r, decoderStep(r, x, inputs), inputs.bones)
}

/** What the decoder puts out as frames: where it says how probable it is that a point is seen, the probability itself. */
export function framesOf({ graph, config }: PoseRecording, pred: Tensor, columns: Tensor | undefined): Tensor {
  if (config.scores !== 'seen') return pred
  if (!columns) throw bug('pose', 'wanted the kinds of columns for a model that says what is seen')
  return graph.recorder.scope('pose', () => scoreColumns(graph, pred, columns))
}

function embedFrames(r: Recording, frames: Tensor, timing: TokenTiming | undefined): Tensor {
  if (!timing) return project(r, 'frames', frames)
  const { features, ...clock } = timing
  const told = r.graph.recorder.scope('alignment', () => upsampling(r.graph, features, { ...clock, frames }))
  return project(r, 'frames', frames, { residual: project(r, 'alignment', told) })
}

/** The regression at the decoder's end: the frame's numbers, as a rule with the counter and no bias, never squashed; with the head `bones` joints that the regressed bones place. */
function poseHead({ graph, weights, config }: PoseRecording, x: Tensor, bones: BoneTables | undefined): Tensor {
  return graph.recorder.scope('pose', () => {
    const regressed = linear(graph, x, weights.get('pose/weight'), config.headBias ? weights.get('pose/bias') : undefined)
    if (config.head !== 'bones') return regressed
    if (!bones) throw bug('pose', 'wanted the tables of bones for a head that regresses them')
    return boneJoints(graph, regressed, bones)
  })
}

/** What a length head says of the clip's length in frames, its natural logarithm or its share of `maxFrames`, in column 0 of [B, 1, 1 padded]. */
export function lengthHead(r: PoseRecording, memory: Tensor, memoryLengths: Tensor): Tensor {
  const { graph, config } = r
  const pooled = graph.recorder.scope('length', () => meanPool(graph, memory, memoryLengths))
  if (config.lengthForm === 'log') return project(r, 'length.1', project(r, 'length.0', pooled, { relu: true }))
  const wide = project(r, 'length.0', norm(r, 'length/norm', pooled))
  const narrow = project(
    r,
    'length.1',
    graph.recorder.scope('length', () => gelu(graph, wide, 'erf')),
  )
  return graph.recorder.scope('length', () => sigmoid(graph, narrow))
}

/** When each token of memory [B, U, D] is signed, and how many frames the clip has: the sum of what its tokens take. */
export function tokenDurations(r: Recording, memory: Tensor, memoryLengths: Tensor): TokenSpans {
  const activated = project(r, 'duration.0', memory, { relu: true })
  const logFrames = project(r, 'duration.1', activated)
  return r.graph.recorder.scope('durations', () => tokenSpans(r.graph, logFrames, memoryLengths))
}
