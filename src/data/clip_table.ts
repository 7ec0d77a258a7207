// A corpus as a table, one row a clip: everything about the clips but their motion, and a checksum of that.

import { writeParquet } from '../formats/parquet.js'
import type { Clip } from '../motion/clip.js'
import { motionChecksum } from './checksum.js'

export interface ClipRow {
  readonly name: string
  readonly language: string
  readonly text: string
  readonly gloss: string | undefined
  readonly prompt: string | undefined
  readonly frames: number
  readonly fps: number
  readonly seconds: number
  /** `train`, `dev`, `test`, or whatever the parts are called. */
  readonly split: string
  /** See `motionChecksum`. */
  readonly checksum: string
}

/** A row for each clip of one part. `prompts`, where there are any, is clip by clip. */
export function clipRows(clips: readonly Clip[], split: string, prompts?: readonly string[]): ClipRow[] {
  return clips.map(({ name, language, text, gloss, frames, fps, joints }, i) => {
    const checksum = motionChecksum(joints)
    return { name, language, text, gloss, prompt: prompts?.[i], frames, fps, seconds: frames / fps, split, checksum }
  })
}

/** Writes rows as Parquet. Throws what `writeParquet` throws. */
export async function writeClipTable(path: string, rows: readonly ClipRow[]): Promise<void> {
  const text = (name: 'name' | 'language' | 'text' | 'gloss' | 'prompt' | 'split' | 'checksum') =>
    ({ name, type: 'STRING', data: rows.map((row) => row[name]) }) as const
  const number = (name: 'frames' | 'fps' | 'seconds', type: 'INT32' | 'DOUBLE') =>
    ({ name, type, data: rows.map((row) => row[name]) }) as const
  const about = [text('name'), text('language'), text('text'), text('gloss'), text('prompt')]
  await writeParquet(path, [
    ...about,
    number('frames', 'INT32'),
    number('fps', 'DOUBLE'),
    number('seconds', 'DOUBLE'),
    text('split'),
    text('checksum'),
  ])
}
