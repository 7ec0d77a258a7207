import { counterMode, nextFrame } from '../src/kernels/next_frame.js'
import { workload } from './workload.js'

// Eight sentences decoded together, with room for 300 frames each; a stop that is never reached, so that every run does the work.
const [batch, capacity, stride, coords] = [8, 300, 152, 150]
const policy = Float32Array.from({ length: 4 * batch }, (_, i) => [1 / capacity, 0, 2, counterMode.own][i % 4]!)

export default [
  workload(
    nextFrame,
    'pt-base decoding',
    { batch, capacity, stride, coords, predStride: stride, predCounter: coords, inputStride: stride, inputCounter: coords, kept: capacity },
    {
      pred: batch * stride,
      policy,
      lengths: new Uint32Array(batch),
      done: new Uint32Array(batch),
      input: batch * stride,
      frames: batch * capacity * stride,
    },
  ),
]
