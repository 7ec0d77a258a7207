// A safetensors file that stays open, for reading some rows of its tensors at a time. The checksums of whole tensors are not looked at: whoever reads parts has
// checksums of their own.

import { type FileHandle, open } from 'node:fs/promises'
import { isSystemError, refusedInput } from '../../base/system_errors.js'
import { checkFile, fillFrom, sourceOf } from './file.js'
import type { TensorPlace } from './header.js'
import { readPlaces } from './parse.js'
import { badCheckpoint, bytesOf, type Dtype, sizeOf } from './types.js'

export interface Rows {
  readonly first: number
  readonly rows: number
  /** What the tensor must be of. */
  readonly dtype: Dtype
  /** Filled with the rows' bytes; as long as they are. */
  readonly into: Uint8Array
}

/** Where a file's tensors lie, by name. */
export type TensorPlaces = ReadonlyMap<string, TensorPlace>

export interface OpenTensors {
  readonly places: TensorPlaces
  /** Reads rows of a tensor, which its first extent counts. Throws ERR_CHECKPOINT naming the file where it has no such rows, or rows of other numbers. */
  readRows(name: string, rows: Rows): Promise<void>
  /** Closes the file, once the reads under way have ended. */
  close(): Promise<void>
}

/**
 * Opens a file and reads its header. Throws ERR_CHECKPOINT as `readSafetensors`.
 *
 * @param known what its header said when it was open before: it is not read again
 */
export async function openTensors(path: string, known?: TensorPlaces): Promise<OpenTensors> {
  let file: FileHandle | undefined
  try {
    if (!known) await checkFile(path)
    file = await open(path, 'r')
    return rowsOf(file, known ?? (await readPlaces(await sourceOf(file, path), path)), path)
  } catch (cause) {
    await file?.close()
    throw refusal(path, cause)
  }
}

function rowsOf(file: FileHandle, places: TensorPlaces, path: string): OpenTensors {
  const reading = new Set<Promise<void>>()
  return {
    places,
    readRows: async (name, rows) => {
      const { begin, rowBytes } = checkRows(places.get(name), name, rows, path)
      const read = fillFrom(file, rows.into, begin + rows.first * rowBytes, path)
      reading.add(read)
      try {
        await read
      } catch (cause) {
        throw refusal(path, cause)
      } finally {
        reading.delete(read)
      }
    },
    close: async () => {
      await Promise.allSettled(reading)
      await file.close()
    },
  }
}

const refusal = (path: string, cause: unknown): unknown =>
  isSystemError(cause) ? refusedInput(path, 'read a checkpoint', cause, 'ERR_CHECKPOINT') : cause

function checkRows(place: TensorPlace | undefined, name: string, { first, rows, dtype, into }: Rows, path: string) {
  const [all = 0, ...row] = place?.shape ?? []
  const rowBytes = sizeOf(row) * bytesOf(dtype)
  if (place?.dtype !== dtype || first + rows > all || into.length !== rows * rowBytes) {
    const got = place ? `${place.dtype} [${place.shape.join(', ')}]` : 'no such tensor'
    throw badCheckpoint(
      `${path}: tensor "${name}"`,
      `wanted rows ${first} to ${first + rows} of ${dtype}, ${into.length} bytes, got ${got}`,
    )
  }
  return { begin: place.begin, rowBytes }
}
