// Which of a clip's lines a model reads.

import { SignError } from '../base/errors.js'
import type { Clip } from '../motion/clip.js'

/** Each is a companion file of that ending. */
export const sources = ['text', 'gloss', 'lang_gloss'] as const
export type Source = (typeof sources)[number]

const key = { text: 'text', gloss: 'gloss', lang_gloss: 'langGloss' } as const

/** The clip's line, if it has one. */
export function sourceLine(clip: Clip, source: Source): string | undefined {
  return clip[key[source]]
}

/** The clip with another line. */
export function withSourceLine(clip: Clip, source: Source, line: string): Clip {
  return { ...clip, [key[source]]: line }
}

/** The clip's line. Throws ERR_DATA naming the clip where it has none. */
export function sourceOf(clip: Clip, source: Source): string {
  const line = sourceLine(clip, source)
  if (line) return line
  throw new SignError('ERR_DATA', clip.name, `wanted a ${source}, got none`, `Choose another source, or add it to the .${source} file`)
}
