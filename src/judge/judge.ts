// What an evaluation asks of a judge: a trained reader of motions, whatever network it is.

import type { Watched } from '../base/progress.js'
import type { Clip, Motion } from '../motion/clip.js'
import type { LayoutName } from '../motion/layout/layout.js'

/** A run of frames that was read as one gloss, word or letter. */
export interface AlignedRun {
  readonly label: string
  /** The first frame, counted from 0. */
  readonly from: number
  /** The frame after the last one. */
  readonly to: number
}

/** What a judge read in a motion. */
export interface Translation {
  readonly text: string
  readonly glosses?: string
  /** Runs of frames, in order. */
  readonly alignment?: readonly AlignedRun[]
}

export interface TranslateOptions extends Watched {
  /** Stops between batches; rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** A model that reads motions, trained on real ones only and frozen since. */
export interface Judge extends AsyncDisposable {
  readonly name: string
  /** SHA-256 of its weights and vocabulary, 12 hexadecimal digits. */
  readonly hash: string
  /** The seed it was trained with. */
  readonly seed: number
  /** What its text is counted in. */
  readonly unit: 'words' | 'letters'
  /** Whose points it reads; absent: the 50 joints. */
  readonly layout?: LayoutName
  /** Of the clips it was trained on: their names' hashes (`nameHash` of data/checksum.ts). */
  readonly trainedOn: ReadonlySet<string>
  /** How it decodes, e.g. `beam:3|alpha:-1`. */
  readonly signature: string
  /** Words or glosses of a clip's reference that it has never seen, and so can never read. */
  unknownIn(clip: Clip): readonly string[]
  /** What to know of it, and of how it read the motions so far. */
  readonly notes: readonly string[]
  /** A translation for each motion, in their order. */
  translate(motions: readonly Motion[], options?: TranslateOptions): Promise<Translation[]>
  /** The encoder's features of each motion, averaged over its frames: vectors of one length. */
  features(motions: readonly Motion[]): Promise<Float32Array[]>
}
