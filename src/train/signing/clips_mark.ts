// What tells clips from others of the same names: a run that goes on is to see what it has seen so far.

import { createHash } from 'node:crypto'
import type { PictureSource } from '../../video/source.js'

interface MarkedClip {
  readonly name: string
  readonly language: string
  readonly text: string
  /** Glosses, or items of the text, where a task learns them. */
  readonly labels?: string
  readonly items?: unknown
  /** Of poses. */
  readonly values?: Float32Array
  /** Of videos. */
  readonly source?: PictureSource
}

/** 16 hexadecimal digits that stand for all clips in their order: their names, languages, texts and labels, and what is seen in them. Throws as videos are read. */
export async function clipsMark(clips: readonly MarkedClip[]): Promise<string> {
  const hash = createHash('sha256')
  for (const { name, language, text, labels, items, values, source } of clips) {
    hash.update(JSON.stringify([name, language, text, labels ?? items ?? '', values?.length ?? 0, (await source?.mark()) ?? '']))
    if (values) hash.update(values)
  }
  return hash.digest('hex').slice(0, 16)
}
