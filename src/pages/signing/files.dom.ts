// Motions as files to take home.

import { toSkeleton } from '../../data/layouts/convert.js'
import { encodeBvh } from '../../formats/bvh.js'
import { encodeGlb } from '../../formats/glb/glb.js'
import { encodePose, poseOfMotion } from '../../formats/pose/write.js'
import type { Motion } from '../../motion/clip.js'
import { gifOf, mp4Of } from './film.dom.js'
import type { FileFormat } from './messages.js'

/**
 * The bytes of a motion's file; films show its reference beside it, and skeletons hold what there is in space of the 50 joints. Throws ERR_DATA for a motion that the format cannot hold, ERR_CONFIG where this browser cannot encode
 * it, and the signal's reason.
 */
export async function fileOf(
  format: FileFormat,
  motion: Motion,
  reference: Motion | undefined,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  switch (format) {
    case 'pose':
      return encodePose(poseOfMotion(motion))
    case 'bvh':
      return new TextEncoder().encode(encodeBvh(toSkeleton(motion)))
    case 'glb':
      return new Uint8Array(await encodeGlb(toSkeleton(motion)))
    case 'gif':
      return gifOf(motion, reference, signal)
    case 'mp4':
      return mp4Of(motion, reference, signal)
  }
}
