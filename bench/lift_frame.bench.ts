import { liftFrame } from '../src/kernels/lift_frame.js'
import { adam, frameClip, joints, shape, spans } from './lift_shapes.js'
import { workload } from './workload.js'

export default [
  workload(
    liftFrame,
    'lifting 48 clips',
    { ...shape, ...adam, smoothness: 0.1 },
    {
      target2d: joints,
      position: joints,
      boneLength: shape.clips * 25,
      frameClip,
      clips: spans,
      pose: joints,
      // Second moments are never negative.
      moments: new Float32Array(joints),
      lengthGrad: 27 * shape.frames,
    },
  ),
]
