// Reading safetensors files from a disk.

import { type FileHandle, open, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { SignError } from '../../base/errors.js'
import { isSystemError, refusedInput } from '../../base/system_errors.js'
import { type ByteSource, type ReadTensorsOptions, readKinds, readTensors } from './parse.js'
import { badCheckpoint, type TensorFile, type TensorKind } from './types.js'
import { type ReadingOptions, watched } from './url.js'

// One read call takes less than 2 GiB on every system.
const READ_CALL_BYTES = 2 ** 30

/** The path of a file of this machine; undefined for an address elsewhere. Throws ERR_USAGE for a `file:` address that is no path here. */
export function localPath(place: string | URL): string | undefined {
  if (place instanceof URL) return place.protocol === 'file:' ? pathOf(place) : undefined
  if (/^file:\/\//i.test(place)) return pathOf(place)
  return /^https?:\/\//i.test(place) ? undefined : place
}

function pathOf(address: string | URL): string {
  try {
    return fileURLToPath(address)
  } catch (cause) {
    const problem = `wanted the address of a file of this machine, got ${(cause as Error).message}`
    throw new SignError('ERR_USAGE', String(address), problem, 'Write file:///absolute/path, or the path alone', { cause })
  }
}

/** Reads a file. Throws ERR_CHECKPOINT as {@link readTensors}, and for what cannot be opened or read, or is no file. */
export const readSafetensors = (path: string, options: ReadTensorsOptions & ReadingOptions = {}): Promise<TensorFile> =>
  withSource(path, (source) => readTensors(watched(source, options), path, options))

/** What a file says of its tensors, none of which is read. Throws as {@link readSafetensors}. */
export const readSafetensorsKinds = (path: string): Promise<Map<string, TensorKind>> =>
  withSource(path, (source) => readKinds(source, path))

async function withSource<Read>(path: string, read: (source: ByteSource) => Promise<Read>): Promise<Read> {
  let file: FileHandle | undefined
  try {
    await checkFile(path)
    file = await open(path, 'r')
    return await read(await sourceOf(file, path))
  } catch (cause) {
    if (isSystemError(cause)) throw refusedInput(path, 'read a checkpoint', cause, 'ERR_CHECKPOINT')
    throw cause
  } finally {
    await file?.close()
  }
}

/** Before it is opened: a pipe would wait for somebody to write to it. */
export async function checkFile(path: string): Promise<void> {
  const status = await stat(path)
  if (status.isFile()) return
  const got = status.isDirectory() ? 'a folder' : 'a pipe or device'
  throw new SignError(
    'ERR_CHECKPOINT',
    path,
    `wanted a checkpoint, got ${got}`,
    'Name a file, such as best.safetensors in the folder of a run',
  )
}

/** What an open file is read from. */
export interface FileSource extends ByteSource {
  /** Fills `bytes` from byte `begin` on. */
  readInto(bytes: Uint8Array, begin: number): Promise<void>
}

export async function sourceOf(file: FileHandle, path: string): Promise<FileSource> {
  const { size } = await file.stat()
  const readInto = async (bytes: Uint8Array, begin: number): Promise<void> => {
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, Math.min(READ_CALL_BYTES, bytes.length - done), begin + done)
      if (bytesRead === 0)
        throw badCheckpoint(`${path}: byte ${begin + done}`, `wanted ${bytes.length - done} more bytes, got the end of the file`)
      done += bytesRead
    }
  }
  return {
    size,
    readInto,
    async read(begin, length) {
      const bytes = new Uint8Array(length)
      await readInto(bytes, begin)
      return bytes
    },
  }
}
