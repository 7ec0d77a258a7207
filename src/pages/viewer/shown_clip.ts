// A clip ready to be played, from how the page holds it.

import type { Motion } from '../../motion/clip.js'
import type { ClipText, PackedClip, PackedMotion } from '../../outputs/viewer/data.js'

export interface ShownClip extends Omit<PackedClip, 'motion' | 'reference'> {
  readonly motion: Motion
  readonly reference: Motion | undefined
}

/** A clip as a list has it: its motions are made when it is chosen. */
export interface ListedClip extends ClipText {
  open(): ShownClip
}

/** A clip that the page holds as integers. */
export const listed = (packed: PackedClip): ListedClip => ({ ...packed, open: () => unpackClip(packed) })

export function unpackClip(packed: PackedClip): ShownClip {
  return { ...packed, motion: unpackMotion(packed.motion), reference: packed.reference && unpackMotion(packed.reference) }
}

/** Integers in base64 back to coordinates. */
export function unpackMotion({ fps, frames, layout, step, data, seen }: PackedMotion): Motion {
  const bytes = bytesOf(data)
  const view = new DataView(bytes.buffer)
  const joints = Float32Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true) * step)
  return { joints, frames, fps, layout, ...(seen === undefined ? {} : { confidence: Float32Array.from(bytesOf(seen)) }) }
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
