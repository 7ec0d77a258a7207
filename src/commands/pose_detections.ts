// `.pose` files as detections: where they have no depth, their joints are lifted into space as those of any detector are.

import { SignError } from '../base/errors.js'
import { keypointsOfPose } from '../data/keypoints/of_pose.js'
import { layoutOf } from '../data/layouts/layouts.js'
import { readPose } from '../formats/pose/pose.js'
import { asFilmed } from './clip_rates.js'
import type { DetectionSource } from './detection_source.js'

/** Those of the files, by name, that have no depth. One that cannot be read is none of them: whoever reads it says why. */
export async function flatPoses(paths: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const flat = new Map<string, string>()
  for (const [name, path] of paths) if (await isFlat(path)) flat.set(name, path)
  return flat
}

async function isFlat(path: string): Promise<boolean> {
  try {
    return layoutOf(await readPose(path), path).depth === 'none'
  } catch (error) {
    if (error instanceof SignError && error.code === 'ERR_DATA') return false
    throw error
  }
}

/** The detections in `.pose` files, by name. `videoFps` is what they were filmed at, whatever the files say. */
export function poseDetections(paths: ReadonlyMap<string, string>, videoFps: number | undefined): DetectionSource {
  return {
    names: [...paths.keys()],
    async *read(names, broken) {
      for (const name of names) {
        const path = paths.get(name)!
        try {
          const { clip: stored, detection } = keypointsOfPose(await readPose(path), { name, who: path })
          const { clip, notes } = asFilmed(stored, videoFps)
          yield { clip, detection: { ...detection, notes: [...detection.notes, ...notes] } }
        } catch (error) {
          if (!(error instanceof SignError && error.code === 'ERR_DATA')) throw error
          broken(name, error)
        }
      }
    },
  }
}
