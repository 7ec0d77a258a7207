// Frames as they lie in shards. Halves and shares of 2^k take the same two bytes a number; what bounds the error of signing is where hands are, up to 2 units from the
// neck, and there shares of a power of two are 8 times as exact as halves: 3e-5, a ten-thousandth of the shoulders' width.

import { SignError } from '../../base/errors.js'
import { toHalves } from '../../base/half.js'
import { checkMotion } from '../../motion/check.js'
import type { Motion } from '../../motion/clip.js'
import { coordinatesOf, type Layout } from '../../motion/layout/layout.js'
import { layoutOfMotion } from '../../motion/layout/layouts.js'

/** What a coordinate is stored as: a whole number of 2^-shift, one shift a clip; a half; or as it is. */
export const storages = ['i16', 'f16', 'f32'] as const
export type Storage = (typeof storages)[number]

/** What safetensors call them. */
export const dtypeOf = { i16: 'I16', f16: 'F16', f32: 'F32' } as const satisfies Record<Storage, string>

type Coordinates = Int16Array | Uint16Array | Float32Array

/** A clip's frames, encoded. */
export interface StoredFrames {
  /** [frames, numbers] */
  readonly coordinates: Coordinates
  /** Of `i16`: a coordinate is its number · 2^-shift. 0 of the others. */
  readonly shift: number
  /** [frames, points], 1/255 each; 0 for a point that was not seen. Of layouts that have none, absent. */
  readonly confidence: Uint8Array | undefined
}

const LARGEST = 32767
/** Finer than any detector sees. */
const MOST_SHIFT = 15

/** Bytes that a frame takes, those of coordinates first. */
export function frameBytes(layout: Layout, storage: Storage): { readonly coordinates: number; readonly confidence: number } {
  return { coordinates: coordinatesOf(layout) * (storage === 'f32' ? 4 : 2), confidence: layout.confidence ? layout.points : 0 }
}

/** Encodes a motion. Throws ERR_DATA naming `who` for a malformed one, and for coordinates beyond what its storage can hold. */
export function encodeFrames(motion: Motion, storage: Storage, who: string): StoredFrames {
  checkMotion(motion, who)
  const layout = layoutOfMotion(motion)
  const largest = largestOf(motion.joints)
  if (storage !== 'f32' && largest > LARGEST) {
    const problem = `wanted coordinates within ±${LARGEST}, got ${largest}`
    throw new SignError('ERR_DATA', who, problem, 'Drop the clip: its signer was not found where coordinates are in shoulder widths')
  }
  const shift = storage === 'i16' ? Math.min(MOST_SHIFT, Math.floor(Math.log2(LARGEST / (largest || 1)))) : 0
  return { coordinates: encoded(motion.joints, storage, shift), shift, confidence: confidenceBytes(motion, layout) }
}

function encoded(joints: Float32Array, storage: Storage, shift: number): Coordinates {
  if (storage === 'f32') return joints.slice()
  if (storage === 'f16') return toHalves(joints)
  const unit = 2 ** shift
  const whole = new Int16Array(joints.length)
  for (let i = 0; i < joints.length; i++) whole[i] = Math.round(joints[i]! * unit)
  return whole
}

function largestOf(joints: Float32Array): number {
  let largest = 0
  for (const value of joints) if (Math.abs(value) > largest) largest = Math.abs(value)
  return largest
}

/** A point that was seen at all stays one that was seen. */
function confidenceBytes({ confidence, frames }: Motion, { points, confidence: has }: Layout): Uint8Array | undefined {
  if (!has) return undefined
  if (!confidence) return new Uint8Array(frames * points).fill(255)
  const bytes = new Uint8Array(confidence.length)
  for (let i = 0; i < confidence.length; i++) {
    const sure = confidence[i]!
    bytes[i] = sure > 0 ? Math.max(1, Math.round(Math.min(1, sure) * 255)) : 0
  }
  return bytes
}

/** The bytes of a clip, coordinates first: what its checksum is of. */
export function storedBytes({ coordinates, confidence }: StoredFrames): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(coordinates.byteLength + (confidence?.length ?? 0))
  bytes.set(new Uint8Array(coordinates.buffer, coordinates.byteOffset, coordinates.byteLength))
  if (confidence) bytes.set(confidence, coordinates.byteLength)
  return bytes
}
