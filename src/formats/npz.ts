// Reads and writes `.npz`, numpy's archive of named arrays: a zip of `.npy` files (npy.ts).

import { type Zippable, zipSync } from 'fflate'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { checkSkeleton } from '../motion/check.js'
import type { Motion } from '../motion/clip.js'
import { JOINTS } from '../motion/skeleton.js'
import { fileBytes } from './file_bytes.js'
import { decodeNpy, encodeNpy, type NpyArray } from './npy.js'
import { readZip, type ZipEntry } from './zip.js'

export type NpzArrays = Readonly<Record<string, NpyArray>>

/** As numpy dates its own: the same arrays are the same bytes, whenever they are written. */
const EPOCH = new Date(1980, 0, 1)

/** Writes named arrays, deflated. Throws ERR_DATA where a shape does not fit its data, ERR_OUTPUT where `path` cannot be written. */
export async function writeNpz(path: string, arrays: NpzArrays): Promise<void> {
  await writeWhole(path, encodeNpz(arrays, path))
}

/** The bytes of an archive. `who` is named in errors. */
export function encodeNpz(arrays: NpzArrays, who = 'npz'): Uint8Array {
  return encodeMembers(Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, encodeNpy(array, `${who}, '${name}'`)])))
}

/** The bytes of an archive of `.npy` files by their names, deflated, or stored as numpy's own are by default. */
export function encodeMembers(members: Readonly<Record<string, Uint8Array>>, how: 'deflated' | 'stored' = 'deflated'): Uint8Array {
  const files: Zippable = {}
  for (const [name, bytes] of Object.entries(members)) files[`${name}.npy`] = bytes
  return zipSync(files, { mtime: EPOCH, ...(how === 'stored' ? { level: 0 } : {}) })
}

/** Writes a motion: `joints` [frames, 50, 3] as float32 and `fps`, a single float64. Throws as {@link writeNpz}, and ERR_DATA for a malformed motion. */
export async function writeMotionNpz(path: string, motion: Motion): Promise<void> {
  await writeWhole(path, encodeMotionNpz(motion, path))
}

/** The bytes that {@link writeMotionNpz} writes. `who` is named in errors. */
export function encodeMotionNpz(motion: Motion, who = 'npz'): Uint8Array {
  checkSkeleton(motion, who)
  const { joints, frames, fps } = motion
  return encodeNpz({ joints: { shape: [frames, JOINTS, 3], data: joints }, fps: { shape: [], data: Float64Array.of(fps) } }, who)
}

/** Reads named arrays. Throws ERR_DATA naming the file; see `decodeNpz`. */
export async function readNpz(path: string): Promise<NpzArrays> {
  return decodeNpz(await fileBytes(path), path)
}

/** Reads what {@link writeMotionNpz} wrote, in the scale it was written in. Throws ERR_DATA naming the file for any other archive. */
export async function readMotionNpz(path: string): Promise<Motion> {
  const refuse = (problem: string): never => {
    throw new SignError(
      'ERR_DATA',
      path,
      problem,
      'Name an archive that signllm wrote, or an .h5, .pose or .skels file or a folder of JSON clips',
    )
  }
  const entries = readZip(await fileBytes(path), path)
  const named = (name: string): NpyArray => {
    const entry = entries.find((other) => other.name === `${name}.npy`)
    if (!entry) return refuse(`wanted the arrays 'joints' and 'fps', got ${entries.map((other) => `'${other.name}'`).join(', ') || 'none'}`)
    return arrayIn(entry, path)
  }
  const [{ shape, data }, rate] = [named('joints'), named('fps')]
  const floats = data instanceof Float32Array || data instanceof Float64Array
  if (!floats || shape.length !== 3 || shape[1] !== JOINTS || shape[2] !== 3)
    return refuse(`wanted floats 'joints' of shape (frames, ${JOINTS}, 3), got ${data.constructor.name} (${shape.join(', ')})`)
  if (rate.data.length !== 1) refuse(`wanted one number 'fps', got ${rate.data.length}`)
  const motion = { joints: Float32Array.from(data), frames: shape[0]!, fps: Number(rate.data[0]) }
  checkSkeleton(motion, path)
  return motion
}

/** Decodes an archive; `who` is named in errors. Whatever the bytes are, it returns arrays that are whole or throws ERR_DATA naming the byte. */
export function decodeNpz(bytes: Uint8Array, who: string): NpzArrays {
  return Object.fromEntries(readZip(bytes, who).map((entry) => [entry.name.slice(0, -4), arrayIn(entry, who)]))
}

function arrayIn({ name, bytes, offset }: ZipEntry, who: string): NpyArray {
  const inside = `${who}, '${name}' at byte ${offset}`
  if (!name.endsWith('.npy')) throw new SignError('ERR_DATA', inside, 'wanted a .npy file, got another', 'Remove it from the archive')
  return decodeNpy(bytes, inside)
}
