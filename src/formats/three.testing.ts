// Plays what we exported in three.js, for tests: an outside program's answer to where the joints are.

import { type AnimationClip, AnimationMixer, LoopOnce, type Object3D, Vector3 } from 'three'
import { rigBones } from '../motion/rig.js'

/** Sets the animation under `root` to a moment, and answers where it puts each of our 50 joints, in units of the motion. */
export function player(
  root: Object3D,
  clip: AnimationClip,
  unit: number,
): (seconds: number) => (joint: number) => [number, number, number] {
  const mixer = new AnimationMixer(root)
  const action = mixer.clipAction(clip)
  // The last frame is the end of the clip, where a loop would begin anew.
  action.clampWhenFinished = true
  action.setLoop(LoopOnce, 1)
  action.play()
  return (seconds) => {
    mixer.setTime(seconds)
    root.updateMatrixWorld(true)
    return (joint) => placeOf(root, joint).map((value) => value / unit) as [number, number, number]
  }
}

/** A joint is where a bone that starts there stands; a tip, where the last bone ends: at its end site, or without one at `restTip`. */
function placeOf(root: Object3D, joint: number): [number, number, number] {
  const starting = rigBones.find(({ start }) => start === joint)
  if (starting) return new Vector3().applyMatrix4(root.getObjectByName(starting.name)!.matrixWorld).toArray()
  const last = root.getObjectByName(rigBones.find(({ end }) => end === joint)!.name)!
  return new Vector3().applyMatrix4(last.children[0]!.matrixWorld).toArray()
}
