// Signing in; out, the codes of its tokens, and what was predicted of those that come.

import { firstNonFinite } from '../base/finite.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { framesPerToken, tokenRows, tokensOf } from '../model/sign_rows.js'
import { CODEBOOK, predictedSigns, VqSignModel } from '../model/vq_sign.js'
import { vectorQuantise } from '../ops/vector_quantise.js'
import { checkKind } from './asked.js'
import { type ClipProgram, ClipReader, type ReadClipsOptions } from './clip_reader.js'
import { diverged } from './divergence.js'
import type { PoseFrames } from './pose_reader.js'
import { signReader } from './sign_reader.js'
import { tokenPlaces } from './sign_text_reader.js'

/** What a clip is in the words of a codebook. */
export interface ReadCodes {
  /** A code for each token. */
  readonly codes: Uint32Array
  /** The squared distance of each token to its code. */
  readonly distances: Float32Array
  /** `[tokens, width]`: the tokens themselves. */
  readonly signs: Float32Array
  /** `[tokens, steps, width]`: what was predicted at each token of the next ones, the nearest first. */
  readonly predicted: Float32Array
  /** Frames from one token to the next: token t is about frame t · framesPerToken. */
  readonly framesPerToken: number
}

/** Reads codes. Any number of calls may be under way at once: each gives what it gives alone. */
export class CodeReader implements AsyncDisposable {
  readonly #reader: ClipReader<ReadCodes>

  /** Throws ERR_USAGE for what is no VQ-Sign model, and for a model of another Gpu. */
  constructor(gpu: Gpu, model: VqSignModel) {
    checkKind(model, VqSignModel, 'code reader', 'a VQ-Sign model')
    checkSameGpu('VQ-Sign model', gpu, model.gpu)
    this.#reader = new ClipReader(gpu, {
      who: 'code reader',
      call: 'read',
      model,
      program: () => program(model),
      split: (reports, clips) => split(model, reports, clips),
    })
  }

  /** The codes of each clip. Throws as `ClipReader.read`. */
  read(clips: readonly PoseFrames[], options: ReadClipsOptions = {}): Promise<ReadCodes[]> {
    return this.#reader.read(clips, options)
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The model stays its maker's. */
  destroy(): Promise<void> {
    return this.#reader.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }
}

function program(model: VqSignModel): ClipProgram {
  const { config } = model
  const signs = signReader(model)
  let at: Tensor
  return {
    reader: {
      ...signs,
      record(recording, shape) {
        const made = signs.record(recording, shape)
        at = recording.graph.recorder.feed('token_at', [shape.rows * tokenRows(shape.length, config)], 'u32')
        return { ...made, feeds: { ...made.feeds, tokenAt: at } }
      },
      lay: (clips, shape) => ({ ...signs.lay(clips, shape), tokenAt: tokenPlaces(shape, config) }),
    },
    beside: (recording, tokens, lengths) => {
      const { graph, weights } = recording
      // Nothing is trained: of what draws tokens and codes together nothing is recorded.
      const drawn = { lengths, count: config.codes, commitment: 0, share: lengths }
      const { y, index, distance } = vectorQuantise(graph, tokens, weights.get(CODEBOOK), drawn)
      return { reports: [index, distance, tokens, predictedSigns(recording, model, { codes: y, lengths, at })] }
    },
  }
}

/** Clips' own shares of what was reported of all. */
function split({ config }: VqSignModel, reports: readonly ArrayBuffer[], clips: readonly PoseFrames[]): ReadCodes[] {
  const index = new Uint32Array(reports[0]!)
  const [distances, signs, predicted] = reports.slice(1).map((report) => new Float32Array(report)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const rows = index.length / clips.length
  const { width, steps } = config
  return clips.map(({ frames }, b) => {
    const tokens = tokensOf(frames, config)
    const own = <Numbers extends Float32Array | Uint32Array>(all: Numbers, numbers: number) =>
      all.slice(b * rows * numbers, (b * rows + tokens) * numbers) as Numbers
    const found = { distances: own(distances, 1), signs: own(signs, width), predicted: own(predicted, steps * width) }
    if (firstNonFinite(found.distances) >= 0 || firstNonFinite(found.predicted) >= 0)
      throw diverged('the VQ-Sign model', 'tokens that are not')
    return { codes: own(index, 1), ...found, framesPerToken: framesPerToken(config) }
  })
}
