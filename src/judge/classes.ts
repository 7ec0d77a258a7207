// Clips by class, since an average hides whom a model fails.

import { byLength, type LengthRange, lengthName, lengthStarts, type TokenUnit } from '../metrics/length_classes.js'
import type { Clip } from '../motion/clip.js'
import { type TokenPolicy, tokenise } from '../text/tokenise.js'
import type { ClassReport } from './report.js'

export interface ClipClass extends Pick<ClassReport, 'kind' | 'name'> {
  /** Which clips, by their places in the split. */
  readonly clips: readonly number[]
}

/** The classes that occur: short clips first, then languages where there are several. */
export function classesOf(clips: readonly Clip[], unit: TokenUnit, tokens: TokenPolicy): ClipClass[] {
  const lengths = clips.map(({ text }) => tokenise(text, tokens).length)
  const all = clips.map((_, i) => i)
  const ofLength = byLength(all, lengths, lengthStarts[unit]).map(
    (range): ClipClass => ({ kind: 'length', name: nameOf(range, unit), clips: range.items }),
  )
  const languages = [...new Set(clips.map(({ language }) => language))].sort()
  const byLanguage = languages.map(
    (language): ClipClass => ({ kind: 'language', name: language, clips: all.filter((i) => clips[i]!.language === language) }),
  )
  return [...ofLength, ...(languages.length > 1 ? byLanguage : [])]
}

/** `3 to 4 letters`, `5 letters`, `9 or more letters`. */
function nameOf(range: LengthRange<unknown>, unit: TokenUnit): string {
  return `${lengthName(range).replace('-', ' to ').replace('+', ' or more')} ${unit}`
}
