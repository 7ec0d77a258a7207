import { forwardKinematics } from '../src/kernels/forward_kinematics.js'
import { frameClip, joints, shape, spans } from './lift_shapes.js'
import { workload } from './workload.js'

export default [
  workload(forwardKinematics, 'lifting 48 clips', shape, {
    pose: joints,
    boneLength: shape.clips * 25,
    frameClip,
    clips: spans,
    position: joints,
  }),
]
