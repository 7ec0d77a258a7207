// A safetensors file that stays open, for reading some rows of its tensors at a time. The checksums of whole tensors are not looked at: whoever reads parts has
// checksums of their own.

import { type FileHandle, open } from 'node:fs/promises'
import { isSystemError, refusedInput } from '../../base/system_errors.js'
import { checkFile, sourceOf } from './file.js'
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

export interface OpenTensors {
  /** Reads rows of a tensor, which its first extent counts. Throws ERR_CHECKPOINT naming the file where it has no such rows, or rows of other numbers. */
  readRows(name: string, rows: Rows): Promise<void>
  close(): Promise<void>
}

/** Opens a file and reads its header. Throws ERR_CHECKPOINT as `readSafetensors`. */
export async function openTensors(path: string): Promise<OpenTensors> {
  let file: FileHandle | undefined
  try {
    await checkFile(path)
    file = await open(path, 'r')
    const source = await sourceOf(file, path)
    const places = await readPlaces(source, path)
    return {
      readRows: async (name, rows) => {
        const { begin, rowBytes } = checkRows(places.get(name), name, rows, path)
        await source.readInto(rows.into, begin + rows.first * rowBytes)
      },
      close: () => file!.close(),
    }
  } catch (cause) {
    await file?.close()
    if (isSystemError(cause)) throw refusedInput(path, 'read a checkpoint', cause, 'ERR_CHECKPOINT')
    throw cause
  }
}

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
