import { elements, type Tensor } from '../device/memory.js'
import { boneJointsGrad, boneJoints as boneJointsKernel } from '../kernels/bone_joints.js'
import type { Graph } from './graph.js'

/** What bones are placed by; the kernel has the layouts. */
export interface BoneTables {
  /** `[50, 3, 4]`: of each joint its bone's direction in the start frame, centre and scale. */
  readonly place: Tensor
  /** `[clips, 50]`: bone lengths by the joint that a bone places. */
  readonly lengths: Tensor
}

/** Frames of joints out of frames of bones x [.., S], whose rows belong in equal shares to the clips of `lengths`, in order. */
export function boneJoints(g: Graph, x: Tensor, { place, lengths: boneLength }: BoneTables): Tensor {
  const stride = x.shape.at(-1)!
  const rows = elements(x.shape) / stride
  const params = { rows, length: rows / boneLength.shape[0]!, stride }
  const y = g.tensor('y', x.shape)
  g.recorder.run(boneJointsKernel, { x, place, boneLength, y }, params)
  g.onBackward(y, [x], (dy) => {
    g.addGrad(x, (dx) => g.recorder.run(boneJointsGrad, { x, place, boneLength, dy, dx }, params))
  })
  return y
}
