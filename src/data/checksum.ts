// Checksums of files, for manifests and for holding files against them, of motions and of clips' names.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import * as z from 'zod'
import { isSystemError, refusedInput } from '../base/system_errors.js'

export const fileRecordSchema = z.object({ bytes: z.number().int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })

/** What a file was when it was written. */
export type FileRecord = z.infer<typeof fileRecordSchema>

/** The size and SHA-256 of a file, read in pieces; undefined where there is none. Throws ERR_DATA where it cannot be read. */
export async function fileRecord(path: string): Promise<FileRecord | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(piece)
      bytes += piece.length
    }
  } catch (error) {
    if (!isSystemError(error)) throw error
    if (error.code === 'ENOENT') return undefined
    throw refusedInput(path, 'read it', error)
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** SHA-256, in hexadecimal, of the coordinates as little-endian float32: the same for the same motion, whatever file it came from. */
export function motionChecksum(joints: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(joints.buffer, joints.byteOffset, joints.byteLength))
    .digest('hex')
}

/** What stands for a clip's name where names are compared and not told: 16 hexadecimal digits of its SHA-256, whichever way accents are put together. */
export function nameHash(name: string): string {
  return createHash('sha256').update(name.normalize('NFC')).digest('hex').slice(0, 16)
}
