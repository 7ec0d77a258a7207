import { ctcAlign } from '../src/kernels/ctc_align.js'
import { workload } from './workload.js'

// As ctc is benched.
const [batch, frames, labelRoom, classes, stride] = [8, 160, 16, 1088, 1088]
const labels = Uint32Array.from({ length: batch * labelRoom }, (_, i) => 1 + ((i * 13) % (classes - 1)))

export default [
  workload(
    ctcAlign,
    'glosses of a batch of clips',
    { batch, frames, labelRoom, classes, stride, blank: 0 },
    {
      logits: batch * frames * stride,
      top: new Float32Array(batch * frames).fill(Math.log(1.175 * classes)),
      labels,
      labelLengths: new Uint32Array(batch).fill(labelRoom),
      lengths: new Uint32Array(batch).fill(frames),
      best: batch * frames * (2 * labelRoom + 1),
      path: batch * frames,
      report: 2 * batch,
    },
  ),
]
