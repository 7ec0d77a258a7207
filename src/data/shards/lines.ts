// The indexes of a packed corpus, read line by line: a corpus of two million clips has some hundred MB of them.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type * as z from 'zod'
import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { linesOf } from '../../formats/number_lines.js'
import type { ShardManifest } from './manifest.js'
import { indexPath, type PackedClip, type PartHead, packedClipSchema, partHeadSchema } from './part.js'

/** A clip and the number of its part in the manifest. */
export interface PlacedClip extends PackedClip {
  readonly part: number
}

/**
 * All clips of a packed corpus in its order. Throws ERR_DATA naming file and line for what is not as it was packed; of a file that was changed with care, once all of it
 * is read.
 */
export async function* packedClips(folder: string, { parts }: Pick<ShardManifest, 'parts'>): AsyncGenerator<PlacedClip> {
  for (const [part, { name, index, clips }] of parts.entries()) {
    const path = indexPath(folder, name)
    const hash = createHash('sha256')
    let count = 0
    for await (const { bytes, line } of linesOf(path)) {
      hash.update(bytes).update('\n')
      count = line - 1
      if (line > 1) yield { ...parsed(packedClipSchema, bytes, `${path}:${line}`), part }
    }
    if (count !== clips || hash.digest('hex') !== index.sha256)
      throw damaged(path, `wanted the index of ${counted(clips, 'clip')} that was packed, got another`)
  }
}

/** The first line of a part's index; undefined where there is no index. Throws ERR_DATA where it is none. */
export async function readPartHead(folder: string, part: string): Promise<PartHead | undefined> {
  const path = indexPath(folder, part)
  if (!existsSync(path)) return undefined
  for await (const { bytes } of linesOf(path)) return parsed(partHeadSchema, bytes, `${path}:1`)
  throw damaged(path, 'wanted an index, got an empty file')
}

function parsed<S extends z.ZodType>(schema: S, line: Buffer, who: string): z.output<S> {
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch (cause) {
    throw damaged(who, `wanted JSON, got ${(cause as Error).message}`, cause)
  }
  const found = schema.safeParse(value)
  if (found.success) return found.data
  const issue = found.error.issues[0]!
  throw damaged(who, `wanted a line that data pack writes, got a wrong '${issue.path.join('.')}' (${issue.message})`)
}

function damaged(who: string, problem: string, cause?: unknown): SignError {
  return new SignError('ERR_DATA', who, problem, 'Remove that index and pack the source again: all other parts stay', { cause })
}
