// Plays what we exported in three.js, for tests: an outside program's answer to where the joints are.

import { type AnimationClip, AnimationMixer, LoopOnce, type Object3D, Vector3 } from 'three'
import { rigBones } from '../motion/rig.js'

/**
 * Sets the animation under `root` to a moment, and answers where it puts each of our 50 joints, in units of the motion (`unit` of theirs).
 * `tip` says where the last bone of a chain ends, in that bone's own frame.
 */
export function player(
  root: Object3D,
  clip: AnimationClip,
  unit: number,
  tip: (bone: Object3D, index: number) => Vector3,
): (seconds: number) => (joint: number) => [number, number, number] {
  const mixer = new AnimationMixer(root)
  const action = mixer.clipAction(clip)
  // The last frame is the end of the clip, where a loop would begin anew.
  action.clampWhenFinished = true
  action.setLoop(LoopOnce, 1)
  action.play()
  const placeOf = (joint: number): Vector3 => {
    const starting = rigBones.find(({ start }) => start === joint)
    if (starting) return new Vector3().applyMatrix4(root.getObjectByName(starting.name)!.matrixWorld)
    const last = rigBones.findIndex(({ end }) => end === joint)
    const bone = root.getObjectByName(rigBones[last]!.name)!
    return tip(bone, last).applyMatrix4(bone.matrixWorld)
  }
  return (seconds) => {
    mixer.setTime(seconds)
    root.updateMatrixWorld(true)
    return (joint) =>
      placeOf(joint)
        .toArray()
        .map((value) => value / unit) as [number, number, number]
  }
}
