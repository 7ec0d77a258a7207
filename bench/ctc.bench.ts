import { ctc, ctcGrad, ctcGradLabels, ctcLogSum } from '../src/kernels/ctc.js'
import { workload } from './workload.js'

// The gloss head of a sign language transformer on PHOENIX-2014T: 8 clips of 160 frames, 16 glosses of 1088 classes.
const [batch, frames, labelRoom, classes, stride] = [8, 160, 16, 1088, 1088]
const params = { batch, frames, labelRoom, classes, stride, blank: 0 }
const note = 'glosses of a batch of clips'
const labels = Uint32Array.from({ length: batch * labelRoom }, (_, i) => 1 + ((i * 13) % (classes - 1)))
const labelLengths = new Uint32Array(batch).fill(labelRoom)
const lengths = new Uint32Array(batch).fill(frames)
// logSumExp of noise in [-1, 1) over the classes.
const top = new Float32Array(batch * frames).fill(Math.log(1.175 * classes))
const report = Float32Array.from({ length: 2 * batch }, (_, i) => (i % 2 === 0 ? 900 : 1))
const owners = Uint32Array.from({ length: 2 * batch * labelRoom }, (_, i) => (i % 2 === 0 ? labels[i / 2]! : 0xffffffff))
const [all, paths] = [batch * frames * stride, 2 * batch * frames * (2 * labelRoom + 1)]

export default [
  workload(ctcLogSum, note, params, { logits: all, lengths, top: batch * frames }),
  workload(
    ctc,
    note,
    { ...params, ways: 2 },
    { logits: all, top, labels, labelLengths, lengths, paths, report: 2 * batch, owners: 2 * batch * labelRoom },
  ),
  workload(ctcGrad, note, params, { logits: all, top, lengths, report, coefficient: batch, dlogits: all }),
  workload(ctcGradLabels, note, params, { paths, owners, lengths, report, coefficient: batch, dlogits: all }),
]
