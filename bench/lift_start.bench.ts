import { liftStart } from '../src/kernels/lift_start.js'
import { frameClip, joints, shape } from './lift_shapes.js'
import { workload } from './workload.js'

export default [
  workload(liftStart, 'lifting 48 clips', shape, {
    target2d: joints,
    root: shape.frames * 4,
    boneLength: shape.clips * 25,
    frameClip,
    pose: joints,
  }),
]
