// SignLLM's base: an encoder over tokens, and a decoder that regresses the next frame from the frames so far. Forward only;
// the way back follows from the ops.

import type { Tensor } from '../device/memory.js'
import { embedding, type TokenIds } from '../ops/embedding.js'
import { linear } from '../ops/linear.js'
import { meanPool } from '../ops/mean_pool.js'
import { addPositions } from '../ops/positions.js'
import {
  cachedCrossAttention,
  cachedSelfAttention,
  crossAttention,
  feedForward,
  norm,
  project,
  projectMemory,
  type Recording,
  selfAttention,
} from './layers.js'

/** Token ids [B, U] to features [B, U, D]. tokenLengths u32 [B]; positions [maxTokens, D]. */
export function encode(r: Recording, tokens: TokenIds, tokenLengths: Tensor, positions: Tensor): Tensor {
  const { graph, weights, config } = r
  let x = graph.recorder.scope('tokens', () => embedding(graph, tokens, weights.get('tokens/table'), positions))
  for (let i = 0; i < config.encoderLayers; i++) {
    x = selfAttention(r, `encoder.${i}/self`, x, { keyLengths: tokenLengths, causal: false })
    x = feedForward(r, `encoder.${i}/feed_forward`, x)
  }
  return norm(r, 'encoder/norm', x)
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
}

/** All frames at once, each seeing only those before it: [B, T, output numbers]. */
export function decode(r: Recording, inputs: DecodeInputs): Tensor {
  const { frames, frameLengths, at, positions, memory, memoryLengths } = inputs
  let x = addPositions(r.graph, project(r, 'frames', frames), positions, at)
  for (let i = 0; i < r.config.decoderLayers; i++) {
    x = selfAttention(r, `decoder.${i}/self`, x, { keyLengths: frameLengths, causal: true })
    x = crossAttention(r, `decoder.${i}/cross`, x, memory, memoryLengths)
    x = feedForward(r, `decoder.${i}/feed_forward`, x)
  }
  return poseHead(r, x)
}

/** Keys and values of every decoder layer's cross-attention, [B, U, 2D] each, projected once a sentence. */
export function memoryCaches(r: Recording, memory: Tensor): Tensor[] {
  return Array.from({ length: r.config.decoderLayers }, (_, i) => projectMemory(r, `decoder.${i}/cross`, memory))
}

export interface DecodeFrameInputs {
  /** [B, S]: the last frame. */
  readonly frame: Tensor
  /** u32 [B]: frames generated so far, which is the index of this one. */
  readonly lengths: Tensor
  readonly positions: Tensor
  /** Each decoder layer's keys and values of past frames, [B, capacity, 2D]. */
  readonly past: readonly Tensor[]
  /** Each decoder layer's keys and values of the sentence, [B, U, 2D]. */
  readonly memory: readonly Tensor[]
  readonly memoryLengths: Tensor
}

/** One frame more: [B, output numbers]. Equals the last row of `decode` over the same frames. */
export function decodeFrame(r: Recording, inputs: DecodeFrameInputs): Tensor {
  const { frame, lengths, positions, past, memory, memoryLengths } = inputs
  let x = addPositions(r.graph, project(r, 'frames', frame), positions, lengths)
  for (let i = 0; i < r.config.decoderLayers; i++) {
    x = cachedSelfAttention(r, `decoder.${i}/self`, x, past[i]!, lengths)
    x = cachedCrossAttention(r, `decoder.${i}/cross`, x, memory[i]!, memoryLengths)
    x = feedForward(r, `decoder.${i}/feed_forward`, x)
  }
  return poseHead(r, x)
}

/** The regression at the decoder's end: joints and counter, no bias, no squashing. */
function poseHead(r: Recording, x: Tensor): Tensor {
  const normed = norm(r, 'decoder/norm', x)
  return r.graph.recorder.scope('pose', () => linear(r.graph, normed, r.weights.get('pose/weight')))
}

/** The natural logarithm of the clip's length in frames, in column 0 of [B, 1 padded]. */
export function lengthHead(r: Recording, memory: Tensor, memoryLengths: Tensor): Tensor {
  const { graph } = r
  const pooled = graph.recorder.scope('length', () => meanPool(graph, memory, memoryLengths))
  const activated = project(r, 'length.0', pooled, { relu: true })
  return project(r, 'length.1', activated)
}
