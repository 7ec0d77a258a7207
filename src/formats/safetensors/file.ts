// Reading safetensors files from a disk.

import { type FileHandle, open } from 'node:fs/promises'
import { isSystemError, refusedInput } from '../../base/system_errors.js'
import { type ByteSource, type ReadTensorsOptions, readTensors } from './parse.js'
import { badCheckpoint, type TensorFile } from './types.js'

// One read call takes less than 2 GiB on every system.
const READ_CALL_BYTES = 2 ** 30

/** Reads a file. Throws ERR_CHECKPOINT as {@link readTensors}, and for one that cannot be opened or read. */
export async function readSafetensors(path: string, options: ReadTensorsOptions = {}): Promise<TensorFile> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    return await readTensors(await sourceOf(file, path), path, options)
  } catch (cause) {
    if (isSystemError(cause)) throw refusedInput(path, 'read a checkpoint', cause, 'ERR_CHECKPOINT')
    throw cause
  } finally {
    await file?.close()
  }
}

async function sourceOf(file: FileHandle, path: string): Promise<ByteSource> {
  const { size } = await file.stat()
  return {
    size,
    async read(begin, length) {
      const bytes = new Uint8Array(length)
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(bytes, done, Math.min(READ_CALL_BYTES, length - done), begin + done)
        if (bytesRead === 0)
          throw badCheckpoint(`${path}: byte ${begin + done}`, `wanted ${length - done} more bytes, got the end of the file`)
        done += bytesRead
      }
      return bytes
    },
  }
}
