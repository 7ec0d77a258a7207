// Clips by class, since an average hides whom a model fails.

import type { Clip } from '../motion/clip.js'
import { type TokenPolicy, tokenise } from '../text/tokenise.js'
import type { ClassReport } from './report.js'

export interface ClipClass extends Pick<ClassReport, 'kind' | 'name'> {
  /** Which clips, by their places in the split. */
  readonly clips: readonly number[]
}

/** Fewest tokens of each class of length; the last one has no end. */
const starts = { words: [1, 5, 9, 17], letters: [1, 4, 6, 9] } as const

/** The classes that occur: short clips first, then languages where there are several. */
export function classesOf(clips: readonly Clip[], unit: 'words' | 'letters', tokens: TokenPolicy): ClipClass[] {
  const lengths = clips.map(({ text }) => tokenise(text, tokens).length)
  const where = (is: (i: number) => boolean) => clips.flatMap((_, i) => (is(i) ? [i] : []))
  const byLength = starts[unit].map((start, k): ClipClass => {
    const end = (starts[unit][k + 1] ?? Number.POSITIVE_INFINITY) - 1
    const name = end === Number.POSITIVE_INFINITY ? `${start} or more ${unit}` : `${start} to ${end} ${unit}`
    return { kind: 'length', name, clips: where((i) => lengths[i]! >= start && lengths[i]! <= end) }
  })
  const languages = [...new Set(clips.map(({ language }) => language))].sort()
  const byLanguage = languages.map(
    (language): ClipClass => ({ kind: 'language', name: language, clips: where((i) => clips[i]!.language === language) }),
  )
  return [...byLength, ...(languages.length > 1 ? byLanguage : [])].filter((one) => one.clips.length > 0)
}
