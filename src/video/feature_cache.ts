// Features of videos kept on disk, so that a frozen image encoder sees each file once. A file for each video, named by all that its numbers follow from.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { input } from '../base/system_errors.js'
import { readSafetensors } from '../formats/safetensors/file.js'
import { formatSafetensors } from '../formats/safetensors/format.js'

/** Rows of `width` numbers, one a frame. */
export interface Features {
  readonly width: number
  readonly data: Float32Array<ArrayBuffer>
}

/** What features follow from. */
export interface FeatureSource {
  /** The encoder's weights and sizes: `hashOfWeights`. */
  readonly encoder: string
  /** The video: `hashOfFile`. */
  readonly file: string
  /** What was done with its frames, such as which were taken and their size. */
  readonly frames: string
}

/** A hash of a file's bytes. Throws ERR_DATA where it cannot be read. */
export const hashOfFile = (path: string): Promise<string> =>
  input(path, 'read a video', async () => {
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
    return hash.digest('hex')
  })

/** A hash of weights by name, in whatever order they are given, and of the sizes that they do not tell. */
export function hashOfWeights(
  tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
  sizes: object,
): string {
  const hash = createHash('sha256').update(JSON.stringify(sizes))
  for (const [name, { shape, data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name} ${shape.join()}`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return hash.digest('hex')
}

/**
 * The features kept in `folder` for a source, or else what `make` gives, which are then kept: written whole or not at all. What is kept and damaged is
 * made anew. Throws ERR_OUTPUT where they cannot be written, and what `make` throws.
 */
export async function cachedFeatures(folder: string, source: FeatureSource, make: () => Promise<Features>): Promise<Features> {
  const path = join(
    folder,
    `${createHash('sha256')
      .update(JSON.stringify([source.encoder, source.file, source.frames]))
      .digest('hex')}.safetensors`,
  )
  const kept = await keptFeatures(path)
  if (kept) return kept
  const { width, data } = await make()
  const tensor = { dtype: 'F32', shape: [data.length / width, width], data } as const
  await writeWhole(path, formatSafetensors(new Map([['features', tensor]]), { ...source }))
  return { width, data }
}

async function keptFeatures(path: string): Promise<Features | undefined> {
  if (!(await stat(path).catch(() => undefined))) return undefined
  try {
    const { tensors } = await readSafetensors(path)
    const found = tensors.get('features')
    return found?.dtype === 'F32' && found.shape.length === 2 ? { width: found.shape[1]!, data: found.data } : undefined
  } catch (error) {
    if (error instanceof SignError) return undefined
    throw error
  }
}
