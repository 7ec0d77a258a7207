import { crossEntropy, crossEntropyGrad } from '../src/kernels/cross_entropy.js'
import { workload } from './workload.js'

// A batch of prompts into gloss: 32 sentences of 16 tokens over PHOENIX's glosses.
const [rows, classes, stride] = [32 * 16, 1089, 1092]
const params = { rows, classes, stride, ignored: 1, smoothing: 0.1, kind: 0 }
const goal = Uint32Array.from({ length: rows }, (_, r) => (r * 13) % classes)
const note = 'glosses of a batch'
// logSumExp of noise in [-1, 1) over the classes.
const result = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 7 : Math.log(1.175 * classes)))

export default [
  workload(crossEntropy, note, params, { logits: rows * stride, goal, result: 2 * rows }),
  workload(crossEntropyGrad, note, params, { logits: rows * stride, goal, result, coefficient: rows, dlogits: rows * stride }),
]
