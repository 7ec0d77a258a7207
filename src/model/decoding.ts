// How a run's model makes its frames: as published, as SignDW does, or as signs best.

import type { LayoutName } from '../motion/layout/layout.js'
import { type ModelConfig, type Preset, presets } from './config.js'

/** How a model makes its frames. */
export type Decoding = Pick<ModelConfig, 'futureFrames' | 'justCounter' | 'head' | 'lengthHead' | 'durations'>

const { futureFrames, justCounter, head, lengthHead, durations } = presets['pt-base']

/** As published: from the frame before, joint by joint, until its own counter says that this was the last. */
const publishedDecoding: Decoding = { futureFrames, justCounter, head, lengthHead, durations }

/** As SignDW does: from the frame before, to a length that was predicted. */
const signDwDecoding: Decoding = { ...publishedDecoding, lengthHead: true }

/** What signs best of what was tried (bench/results/hands-ablation.md): each token has a duration, and no frame depends on another's errors. */
const usualDecoding: Decoding = { ...publishedDecoding, justCounter: true, durations: true, head: 'bones' }

/** What a run file says of it. */
type WrittenDecoding = Partial<Decoding> & { readonly preset: Preset; readonly layout?: LayoutName }

/** Keys of files that were written for the published way. */
const published = ['futureFrames', 'justCounter', 'lengthHead'] as const

/**
 * How a run's model makes its frames: as its file says, and what it leaves open in the usual way. `pt-base` and `signdw` leave it to the published ones,
 * and to that of `pt-base` so does a file that names a key of that, `futureFrames`, `justCounter` or `lengthHead`: it was written for it.
 */
export function decodingOf({ preset, layout = 'skeleton-50', ...own }: WrittenDecoding): Decoding {
  if (preset === 'signdw') return { ...signDwDecoding, ...own }
  const isPublished = preset === 'pt-base' || published.some((key) => own[key] !== undefined)
  // Only the 50 joints hang on bones that keep their lengths.
  const usual: Decoding = layout === 'skeleton-50' ? usualDecoding : { ...usualDecoding, head: 'joints' }
  return { ...(isPublished ? publishedDecoding : usual), ...own }
}

/** What to know of a file, where the keys that it names decide about those that it leaves open. */
export function decodingNotes(written: WrittenDecoding): string[] {
  const named = published.filter((key) => written[key] !== undefined)
  const { futureFrames: _, justCounter: __, lengthHead: ___, ...others } = written
  const [usual, decided] = [decodingOf(others), decodingOf(written)]
  const keys = (Object.keys(usual) as (keyof Decoding)[]).filter((key) => written[key] === undefined && decided[key] !== usual[key])
  if (keys.length === 0) return []
  const list = (of: Decoding) => keys.map((key) => `${key}: ${of[key]}`).join(', ')
  return [
    `model names ${named.join(' and ')}, so that what it leaves open is as published: ${list(decided)}. Name what is usual to have it: ${list(usual)}`,
  ]
}
