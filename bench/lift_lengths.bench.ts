import { liftLengths } from '../src/kernels/lift_lengths.js'
import { adam, shape, spans } from './lift_shapes.js'
import { workload } from './workload.js'

const lengths = shape.clips * 25

export default [
  workload(
    liftLengths,
    'lifting 48 clips',
    { ...shape, ...adam, lengthCost: 0.001 },
    {
      lengthGrad: 27 * shape.frames,
      clips: spans,
      lengthMask: new Float32Array(lengths).fill(1),
      logLength: lengths,
      boneLength: lengths,
      // Second moments are never negative.
      moments: new Float32Array(2 * lengths),
      report: shape.clips * 27,
    },
  ),
]
