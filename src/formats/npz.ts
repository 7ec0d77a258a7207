// Reads and writes `.npz`, numpy's archive of named arrays: a zip of `.npy` files (npy.ts).

import { readFile } from 'node:fs/promises'
import { type Zippable, zipSync } from 'fflate'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { checkMotion } from '../motion/check.js'
import type { Motion } from '../motion/clip.js'
import { JOINTS } from '../motion/skeleton.js'
import { decodeNpy, encodeNpy, type NpyArray } from './npy.js'
import { readZip } from './zip.js'

export type NpzArrays = Readonly<Record<string, NpyArray>>

/** As numpy dates its own: the same arrays are the same bytes, whenever they are written. */
const EPOCH = new Date(1980, 0, 1)

/** Writes named arrays, deflated. Throws ERR_DATA where a shape does not fit its data, ERR_OUTPUT where `path` cannot be written. */
export async function writeNpz(path: string, arrays: NpzArrays): Promise<void> {
  await writeWhole(path, encodeNpz(arrays, path))
}

/** The bytes of an archive. `who` is named in errors. */
export function encodeNpz(arrays: NpzArrays, who = 'npz'): Uint8Array {
  const files: Zippable = {}
  for (const [name, array] of Object.entries(arrays)) files[`${name}.npy`] = encodeNpy(array, `${who}, '${name}'`)
  return zipSync(files, { mtime: EPOCH })
}

/** Writes a motion: `joints` [frames, 50, 3] as float32 and `fps`, a single float64. Throws as {@link writeNpz}, and ERR_DATA for a malformed motion. */
export async function writeMotionNpz(path: string, motion: Motion): Promise<void> {
  checkMotion(motion, path)
  const { joints, frames, fps } = motion
  await writeNpz(path, { joints: { shape: [frames, JOINTS, 3], data: joints }, fps: { shape: [], data: Float64Array.of(fps) } })
}

/** Reads named arrays. Throws ERR_DATA naming the file; see {@link decodeNpz}. */
export async function readNpz(path: string): Promise<NpzArrays> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    throw new SignError('ERR_DATA', path, `wanted a readable file, got ${(cause as Error).message}`, 'Check the path', { cause })
  }
  return decodeNpz(bytes, path)
}

/** Decodes an archive; `who` is named in errors. Whatever the bytes are, it returns arrays that are whole or throws ERR_DATA naming the byte. */
export function decodeNpz(bytes: Uint8Array, who: string): NpzArrays {
  const arrays: [string, NpyArray][] = []
  for (const { name, bytes: npy, offset } of readZip(bytes, who)) {
    const inside = `${who}, '${name}' at byte ${offset}`
    if (!name.endsWith('.npy')) throw new SignError('ERR_DATA', inside, 'wanted a .npy file, got another', 'Take it out of the archive')
    arrays.push([name.slice(0, -4), decodeNpy(npy, inside)])
  }
  return Object.fromEntries(arrays)
}
