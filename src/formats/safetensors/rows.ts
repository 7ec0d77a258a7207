// Where rows of a file's tensors lie, for whoever reads some of them at a time. The checksums of whole tensors are not looked at: whoever reads parts has checksums of
// their own.

import { type FileHandle, open } from 'node:fs/promises'
import { isSystemError, refusedInput } from '../../base/system_errors.js'
import { checkFile, sourceOf } from './file.js'
import type { TensorPlace } from './header.js'
import { readPlaces } from './parse.js'
import { badCheckpoint, bytesOf, type Dtype, sizeOf } from './types.js'

/** Where a file's tensors lie, by name, from its first byte on. */
export type TensorPlaces = ReadonlyMap<string, TensorPlace>

/** Reads a file's header. Throws ERR_CHECKPOINT as `readSafetensors`. */
export async function readTensorPlaces(path: string): Promise<TensorPlaces> {
  let file: FileHandle | undefined
  try {
    await checkFile(path)
    file = await open(path, 'r')
    return await readPlaces(await sourceOf(file, path), path)
  } catch (cause) {
    if (isSystemError(cause)) throw refusedInput(path, 'read a checkpoint', cause, 'ERR_CHECKPOINT')
    throw cause
  } finally {
    await file?.close()
  }
}

export interface Rows {
  readonly first: number
  readonly rows: number
  /** What the tensor must be of. */
  readonly dtype: Dtype
  /** All that the rows must take. */
  readonly bytes: number
}

/** The byte at which rows of a tensor, which its first extent counts, begin. Throws ERR_CHECKPOINT naming the file where it has no such rows, or rows of other numbers. */
export function beginOfRows(places: TensorPlaces, name: string, { first, rows, dtype, bytes }: Rows, path: string): number {
  const place = places.get(name)
  const [all = 0, ...row] = place?.shape ?? []
  const rowBytes = sizeOf(row) * bytesOf(dtype)
  if (place?.dtype === dtype && first + rows <= all && bytes === rows * rowBytes) return place.begin + first * rowBytes
  const got = place ? `${place.dtype} [${place.shape.join(', ')}]` : 'no such tensor'
  throw badCheckpoint(`${path}: tensor "${name}"`, `wanted rows ${first} to ${first + rows} of ${dtype}, ${bytes} bytes, got ${got}`)
}
