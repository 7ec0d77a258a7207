// Depth out of MediaPipe's z, which is a guess in units that no header states: the body's counts from the hips, a hand's from its own wrist, each in picture
// widths of the original video, exaggerated several times over for arms and far too flat for hands. Its sign and its shape over time are of use, its size is not.
//
// So only differences along bones are taken, and they are scaled, by one factor for the arms of a clip and one for each hand, until the clip's bones have on
// average the depth that their lengths leave unexplained: a bone of length L seen d long in the picture must reach √(L² − d²) towards or away from us.
// From the neck outwards each joint then adds its difference to its parent's depth, never more than its bone is long; the root of a hand is as deep as the
// wrist of the body. Positive z is towards the viewer, as in the published skeletons.

import { bones, COORDS, JOINTS, joint } from '../../motion/skeleton.js'

/** Bone lengths in the normal scale by shared length number (see `bones`): the trunk and arms of the published skeletons; fingers as MediaPipe sees them. */
export const usual: readonly number[] = [
  0.21, 0.17, 0.31, 0.235, 0.04, 0.047, 0.045, 0.037, 0.028, 0.108, 0.048, 0.031, 0.025, 0.103, 0.05, 0.031, 0.026, 0.097, 0.047, 0.031,
  0.025, 0.091, 0.038, 0.024, 0.02,
]

type Edge = readonly [parent: number, child: number, length: number]

/** The tree from the neck outwards: only the first bone hangs the other way round. */
const edges: readonly Edge[] = bones.map(({ parent, child, length }) =>
  parent === joint.nose ? [child, parent, length] : [parent, child, length],
)
const isArm = ([, , length]: Edge): boolean => length === 2 || length === 3
const handOf = ([parent]: Edge): number | undefined =>
  parent < joint.leftHand ? undefined : parent < joint.rightHand ? joint.leftHand : joint.rightHand

/**
 * Rewrites z of `at` [frames, 150] in place: from the guesser's, with x and y in the normal scale and z scaled like them, to ours with the neck at 0.
 * `seen` [frames, 50] tells which guesses are the estimator's own; only those are measured.
 */
export function placeDepth(at: Float64Array, seen: Uint8Array, frames: number): void {
  const armFactor = factorOf(edges.filter(isArm), at, seen, frames)
  const handFactor = new Map(
    [joint.leftHand, joint.rightHand].map((hand) => [
      hand as number,
      factorOf(
        edges.filter((edge) => handOf(edge) === hand),
        at,
        seen,
        frames,
      ),
    ]),
  )
  const guessed = Float64Array.from({ length: frames * JOINTS }, (_, i) => at[i * 3 + 2]!)
  for (let t = 0; t < frames; t++) {
    at[t * COORDS + joint.neck * 3 + 2] = 0
    for (const edge of edges) {
      const [parent, child, length] = edge
      const hand = handOf(edge)
      const factor = length === 4 ? 0 : hand === undefined ? armFactor : handFactor.get(hand)!
      const towardsUs = guessed[t * JOINTS + parent]! - guessed[t * JOINTS + child]!
      const step = Math.max(-usual[length]!, Math.min(usual[length]!, factor * towardsUs))
      at[t * COORDS + child * 3 + 2] = at[t * COORDS + parent * 3 + 2]! + step
    }
  }
}

/** The factor by which guessed depths of these bones are right on average; 0 where the guesser gave none. */
function factorOf(group: readonly Edge[], at: Float64Array, seen: Uint8Array, frames: number): number {
  let missing = 0
  let guessed = 0
  for (const [parent, child, length] of group) {
    const flat: number[] = []
    for (let t = 0; t < frames; t++) {
      if (!seen[t * JOINTS + parent] || !seen[t * JOINTS + child]) continue
      const [a, b] = [t * COORDS + parent * 3, t * COORDS + child * 3]
      flat.push((at[a]! - at[b]!) ** 2 + (at[a + 1]! - at[b + 1]!) ** 2)
      guessed += (at[a + 2]! - at[b + 2]!) ** 2
    }
    // A signer with longer bones than usual shows them at full length now and then.
    const longest = flat.slice().sort((x, y) => x - y)[Math.floor(flat.length * 0.95)] ?? 0
    const full = Math.max(longest, usual[length]! ** 2)
    for (const d2 of flat) missing += Math.max(0, full - d2)
  }
  return guessed > 0 ? Math.sqrt(missing / guessed) : 0
}
