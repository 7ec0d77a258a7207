// Scheduled sampling: a decoder that has only ever seen true frames drifts on its own, so in training some of what it sees is its own.

import type { Tensor } from '../../device/memory.js'
import { type DecodeInputs, decode, framesOf, type PoseRecording } from '../../model/text_to_pose.js'
import { Graph } from '../../ops/graph.js'
import { mixFrames } from '../../ops/mix_frames.js'

export interface SamplingKeys {
  /** The probability that a frame is a predicted one. */
  readonly share: number
  /** Passes of the decoder before the one that learns. */
  readonly passes: number
  /** Steps over which the share grows to that; 0: it is there at once. */
  readonly ramp: number
}

/** The share at a step, counted from 1. A function of the step alone, so that a run that goes on has the same. */
export const shareAt = ({ share, ramp }: SamplingKeys, step: number): number => (ramp === 0 ? share : share * Math.min(1, step / ramp))

/**
 * The decoder's inputs after `passes` passes of it: each time frames drawn with probability `share` [1] are what the pass before predicted for
 * them. All passes draw the same frames, so with a share of 1 the first n frames after n passes are what the model generates, and after as many
 * passes as there are frames all are. The counter stays the true one. As in generation nothing is dropped, and no gradient goes through a pass.
 */
export function sampledFrames(
  recording: PoseRecording,
  inputs: DecodeInputs & { readonly columns?: Tensor | undefined },
  share: Tensor,
  passes: number,
): Tensor {
  const { graph } = recording
  const { recorder } = graph
  const generating: PoseRecording = { ...recording, graph: new Graph(recorder) }
  const stream = graph.nextStream()
  let { frames } = inputs
  for (let pass = 0; pass < passes; pass++) {
    recorder.scope(`sampling.${pass}`, () => {
      const pred = framesOf(generating, decode(generating, { ...inputs, frames }), inputs.columns)
      frames = mixFrames(graph, inputs.frames, { pred, lengths: inputs.frameLengths, share }, stream, recording.config.numbers)
    })
  }
  return frames
}
