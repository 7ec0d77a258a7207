// SHA-256 of each tensor's bytes in a model file. Checksums tell damage; these tell that weights are those that were published, and the header that
// holds them is short enough to compare by its own.

import * as z from 'zod'
import { SignError } from '../base/errors.js'
import type { Tensor } from '../formats/safetensors/types.js'
import { parsedAs } from './metadata.js'

/** Digests in hexadecimal, by the names of tensors. */
export type Digests = Readonly<Record<string, string>>

const savedDigests = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/))

/** Whether this surrounding can compute them: pages that are not secure cannot, nor have they WebGPU. */
export const canDigest = (): boolean => globalThis.crypto?.subtle !== undefined

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export async function digestsOf(tensors: ReadonlyMap<string, Tensor>): Promise<Digests> {
  const digests: [string, string][] = []
  for (const [name, tensor] of tensors) digests.push([name, await sha256(bytesIn(tensor))])
  return Object.fromEntries(digests)
}

/** Throws ERR_CHECKPOINT naming the first tensor whose bytes are not those that were written, or that has no digest. */
export async function verifyDigests(tensors: ReadonlyMap<string, Tensor>, saved: unknown, path: string): Promise<void> {
  const digests = parsedAs(savedDigests, saved, 'digests of tensors', path)
  for (const [name, tensor] of tensors) {
    const wanted = Object.hasOwn(digests, name) ? digests[name] : 'none'
    const got = await sha256(bytesIn(tensor))
    if (got === wanted) continue
    const problem = `wanted bytes with SHA-256 ${wanted}, got ${got}: they are not those that were exported`
    throw new SignError('ERR_CHECKPOINT', `${path}: tensor "${name}"`, problem, 'Fetch or export the file again')
  }
}

function bytesIn({ data: { buffer, byteOffset, byteLength } }: Tensor): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)
}
