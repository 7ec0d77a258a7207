// What another program's JSON is, so that a message can say more than what is missing in it.

import { isObject } from './shape.js'

/** The program that writes such JSON, or the kind of file, in words; undefined for what is not known. */
export function foreignJson(value: unknown): string | undefined {
  if (Array.isArray(value)) return listOf(value[0], value.length)
  if (!isObject(value)) return undefined
  if ('people' in value) return 'a frame of OpenPose'
  if ('num_persons' in value) return "a frame of Prompt2Sign's DWPose tool"
  if ('instance_info' in value || 'meta_info' in value || 'instances' in value) return "MMPose's predictions"
  if ('annotations' in value && 'images' in value) return 'annotations of COCO'
  if ('shapes' in value) return 'annotations of LabelMe'
  if (Object.keys(value).some((key) => /landmarks$/i.test(key))) return 'landmarks of MediaPipe'
  const first = Object.values(value)[0]
  if (isObject(first) && 'bodies' in first) return "AlphaPose's results"
  return undefined
}

function listOf(first: unknown, length: number): string | undefined {
  if (!isObject(first)) return undefined
  if ('people' in first) return `a list of ${length} frames as ControlNet tools write it`
  if ('image_id' in first && 'keypoints' in first) return "AlphaPose's results, or results of COCO"
  if ('keypoints' in first || 'instances' in first || 'keypoint_scores' in first) return "MMPose's predictions"
  return undefined
}
