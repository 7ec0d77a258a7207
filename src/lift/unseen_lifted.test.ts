import { describe, expect, it } from 'vitest'
import { cleanKeypoints } from '../data/keypoints/clean.js'
import { normalise } from '../data/normalise.js'
import { boneLengths } from '../motion/bone_lengths.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { bones, COORDS, JOINTS, joint } from '../motion/skeleton.js'
import { signer } from '../outputs/signer.testing.js'
import { openGpu } from '../platform/node/open.js'
import { liftClips } from './lift.js'

/** The made-up signer in pixels, as a detector would see all of it but some joints. */
function detected(name: string, unseen: (j: number) => boolean): KeypointClip {
  const { joints, frames, fps } = signer(12)
  const keypoints = new Float32Array(frames * JOINTS * 3)
  for (let t = 0; t < frames; t++)
    for (let j = 0; j < JOINTS; j++) {
      if (unseen(j)) continue
      const at = t * COORDS + j * 3
      keypoints.set([640 + 700 * joints[at]!, 400 + 700 * joints[at + 1]!, 0.9], (t * JOINTS + j) * 3)
    }
  return { name, keypoints, frames, fps, frameIndex: Int32Array.from({ length: frames }, (_, t) => t) }
}

const ofHand = (root: number) => (j: number) => j >= root && j < root + 21
const cases: Record<string, (j: number) => boolean> = {
  'no left hand': ofHand(joint.leftHand),
  'no right hand': ofHand(joint.rightHand),
  'no left arm': (j) => ofHand(joint.leftHand)(j) || j === joint.leftElbow || j === joint.leftWrist,
  'no right elbow': (j) => j === joint.rightElbow,
  'no wrists': (j) => j === joint.leftWrist || j === joint.rightWrist,
  'no hands': (j) => j >= joint.leftHand,
  'no nose': (j) => j === joint.nose,
  'no neck': (j) => j === joint.neck,
}

describe('joints that are never seen', () => {
  it.each(Object.keys(cases))('lifted, %s: bones that are seen keep their lengths, the others have lengths that can be', async (name) => {
    const { gpu } = await openGpu()
    try {
      const clips = [detected('whole', () => false), detected(name, cases[name]!)].map((clip) => cleanKeypoints(clip).clip)
      const lifted = []
      for await (const clip of liftClips(gpu, clips))
        lifted.push(boneLengths({ joints: normalise(clip.joints, clip.frames), frames: clip.frames }))
      const [whole, some] = lifted
      for (const [i, { parent, child }] of bones.entries()) {
        const ratio = some![i]![6]! / whole![i]![6]!
        const known = !cases[name]!(parent) && !cases[name]!(child)
        // Depth is guessed, so lengths are not exact; a collapsed bone had 0, a stray one several times its length.
        expect(ratio, `bone ${i} from ${parent} to ${child}`).toBeGreaterThan(known ? 0.7 : 0.25)
        expect(ratio, `bone ${i} from ${parent} to ${child}`).toBeLessThan(known ? 1.4 : 4)
      }
    } finally {
      await gpu.destroy()
    }
  })
})
