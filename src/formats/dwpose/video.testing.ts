// DWPose archives for tests, as the extractor of SignVerse-2M writes them of people.

import { dwposeLists } from '../detections.testing.js'
import { encodeItems, encodeNpy, type NpyArray } from '../npy.js'
import { encodeNpyText } from '../npy_value.js'
import { encodeMembers } from '../npz.js'
import { pickleDicts } from '../pickle/write.js'
import type { Picture } from '../picture.js'

const numbers = (shape: readonly number[], values: readonly unknown[]): NpyArray => ({
  shape,
  data: Float32Array.from(values.flat(3) as number[]),
})
const integer = (value: number): NpyArray => ({ shape: [], data: Int32Array.of(value) })

/** A frame of these people, [50, 3] each in pixels; with several of them their hands are mixed up as the extractor does it. */
export function payloadOf(people: readonly Float32Array[], { width, height }: Picture): Record<string, NpyArray> {
  const lists = people.map((one, k) => dwposeLists(one, k, width, height))
  const hands = [...lists.map((one) => ['left', one] as const), ...lists.map((one) => ['right', one] as const)]
  const payload: Record<string, NpyArray> = {
    num_persons: integer(people.length),
    frame_width: integer(width),
    frame_height: integer(height),
  }
  for (const [k, one] of lists.entries()) {
    const prefix = `person_${String(k).padStart(3, '0')}_`
    payload[`${prefix}body_keypoints`] = numbers([18, 2], one.body_keypoints)
    payload[`${prefix}body_scores`] = numbers([18], one.body_scores)
    payload[`${prefix}face_keypoints`] = numbers([68, 2], one.face_keypoints)
    payload[`${prefix}face_scores`] = numbers([68], one.face_scores)
    for (const [i, name] of (['left_hand', 'right_hand'] as const).entries()) {
      const [side, owner] = hands[2 * k + i]!
      payload[`${prefix}${name}_keypoints`] = numbers([21, 2], owner[`${side}_hand_keypoints`])
      payload[`${prefix}${name}_scores`] = numbers([21], owner[`${side}_hand_scores`])
    }
  }
  return payload
}

/** The `poses.npz` of these frames. */
export function archiveOf(
  payloads: readonly Record<string, NpyArray>[],
  {
    id = 'SynthTEST01',
    fps = 24,
    indices,
    size,
  }: { readonly id?: string; readonly fps?: number; readonly indices?: readonly number[] | undefined; readonly size?: Picture },
): Uint8Array {
  const each = (value: number): Uint8Array =>
    encodeNpy({ shape: [payloads.length], data: new Int32Array(payloads.length).fill(value) }, 'each')
  return encodeMembers(
    {
      video_id: encodeNpyText(id),
      fps: encodeNpy(integer(fps), 'fps'),
      total_frames: encodeNpy(integer(payloads.length), 'total_frames'),
      ...(size && { frame_widths: each(size.width), frame_heights: each(size.height) }),
      ...(indices && { frame_indices: encodeNpy({ shape: [indices.length], data: Int32Array.from(indices) }, 'frame_indices') }),
      frame_payloads: encodeItems('|O', [payloads.length], pickleDicts(payloads)),
    },
    'stored',
  )
}
