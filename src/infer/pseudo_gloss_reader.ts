// Signing in; out, which pseudo-glosses each clip shows, and where in time each of them was found.

import { firstNonFinite } from '../base/finite.js'
import type { Gpu } from '../device/gpu.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { PseudoGlossModel, pseudoGlossHead } from '../model/pseudo_gloss.js'
import { framesPerToken, tokensOf } from '../model/sign_rows.js'
import { checkKind } from './asked.js'
import { ClipReader, type ReadClipsOptions } from './clip_reader.js'
import { diverged } from './divergence.js'
import type { PoseFrames } from './pose_reader.js'
import { signReader } from './sign_reader.js'

/** What was found in a clip. */
export interface FoundGlosses {
  /** From 0 to 1, for each class: how sure it is that the clip shows it. */
  readonly scores: Float32Array
  /** `[tokens, columns]`: how much of each class was found in each token. Columns behind those of the classes are of none. */
  readonly map: Float32Array
  readonly columns: number
  readonly tokens: number
  /** Frames from one token to the next: token t is about frame t · framesPerToken. */
  readonly framesPerToken: number
}

export type FindGlossesOptions = ReadClipsOptions

/** Finds pseudo-glosses. Any number of calls may be under way at once: each gives what it gives alone. */
export class PseudoGlossReader implements AsyncDisposable {
  readonly #reader: ClipReader<FoundGlosses>

  /** Throws ERR_USAGE for what is no pseudo-gloss model, and for a model of another Gpu. */
  constructor(gpu: Gpu, model: PseudoGlossModel) {
    checkKind(model, PseudoGlossModel, 'pseudo-gloss reader', 'a pseudo-gloss model')
    checkSameGpu('pseudo-gloss model', gpu, model.gpu)
    this.#reader = new ClipReader(gpu, {
      who: 'pseudo-gloss reader',
      call: 'find',
      model,
      program: () => ({
        reader: signReader(model),
        beside: (recording, tokens, lengths) => {
          const { scores, map } = pseudoGlossHead(recording, model, tokens, lengths)
          return { reports: [scores, map()] }
        },
      }),
      split: ([scores, map], clips) => split(model, new Float32Array(scores!), new Float32Array(map!), clips),
    })
  }

  /** What each clip shows. Throws as `ClipReader.read`. */
  find(clips: readonly PoseFrames[], options: FindGlossesOptions = {}): Promise<FoundGlosses[]> {
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

/** Clips' own shares of what was found in all. */
function split(
  { classes, config }: PseudoGlossModel,
  scores: Float32Array,
  map: Float32Array,
  clips: readonly PoseFrames[],
): FoundGlosses[] {
  const columns = scores.length / clips.length
  const stride = map.length / clips.length
  return clips.map(({ frames }, b) => {
    const own = scores.slice(b * columns, b * columns + classes.size)
    if (firstNonFinite(own) >= 0) throw diverged('the pseudo-gloss model', 'scores that are not')
    const tokens = tokensOf(frames, config)
    return {
      scores: own,
      map: map.slice(b * stride, b * stride + tokens * columns),
      columns,
      tokens,
      framesPerToken: framesPerToken(config),
    }
  })
}
