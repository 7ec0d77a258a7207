// Sentences with timed glosses, as the sign-language-processing tools cut them out of annotated corpora: one JSON file a sentence.

import { shown } from '../base/shown.js'
import { arrayAt, objectAt, refuse } from './json/shape.js'
import { parseJson } from './json/text.js'

export interface TimedGloss {
  readonly gloss: string
  /** Seconds from the sentence's start. */
  readonly start: number
  readonly end: number
}

export interface TimedSentence {
  readonly id: string
  /** The sentence in each spoken language the file has, by its English name: `german`, `english`. */
  readonly texts: Readonly<Record<string, string>>
  readonly glosses: readonly TimedGloss[]
}

/** Reads such a file's bytes. Throws ERR_DATA naming `who` and the place in the file for what is missing, of another kind, or out of time. */
export function parseTimedSentence(bytes: Uint8Array, who: string): TimedSentence {
  const { id, sentence } = objectAt(parseJson(bytes, who), 'the top', who)
  const { start, glosses, ...rest } = objectAt(sentence, 'sentence', who)
  const columns = objectAt(glosses, 'sentence.glosses', who)
  const count = Array.isArray(columns.gloss) ? columns.gloss.length : 0
  const column = (name: string) => arrayAt(columns[name], [count], `sentence.glosses.${name}`, who)
  const [names, starts, ends] = [column('gloss'), column('start'), column('end')]
  const origin = milliseconds(start, 'sentence.start', who)
  const texts = Object.entries(rest).flatMap(([language, said]) =>
    typeof said === 'string' && language !== 'id' ? [[language, said.trim() && text(said, `sentence.${language}`, who)] as const] : [],
  )
  return {
    id: text(id, 'id', who),
    texts: Object.fromEntries(texts),
    glosses: names.map((name, i) => {
      const at = `sentence.glosses.start[${i}]`
      const [from, to] = [milliseconds(starts[i], at, who), milliseconds(ends[i], `sentence.glosses.end[${i}]`, who)]
      if (to < from) refuse(who, `wanted a gloss that ends after it starts, got ${from} to ${to} ms at ${at}`, 'Correct the annotation')
      return { gloss: text(name, `sentence.glosses.gloss[${i}]`, who), start: (from - origin) / 1000, end: (to - origin) / 1000 }
    }),
  }
}

function text(value: unknown, place: string, who: string): string {
  const isText = typeof value === 'string' && value.trim() !== '' && !/\p{Surrogate}/u.test(value)
  return isText ? value.trim() : refuse(who, `wanted text at ${place}, got ${shown(value)}`, 'Correct the file')
}

function milliseconds(value: unknown, place: string, who: string): number {
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : refuse(who, `wanted milliseconds at ${place}, got ${shown(value)}`, 'Correct the file')
}
