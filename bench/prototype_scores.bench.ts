import { prototypeScores, prototypeScoresClasses, prototypeScoresGrad, prototypeScoresMap } from '../src/kernels/prototype_scores.js'
import { workload } from './workload.js'

// Sign2GPT's stage 1: 8 clips of 128 tokens over PHOENIX's pseudo-glosses and the zero class.
const [batch, length, classes, stride] = [8, 128, 2307, 2308]
const params = { batch, length, classes, stride }
const [n, scores] = [batch * length * stride, batch * stride]
const temperatures = Float32Array.of(0.1, 0.1, 0, 0)
const lengths = new Uint32Array(batch).fill(length)
// Highest cosines and sums as noise gives them.
const overClasses = Float32Array.from({ length: 2 * batch * length }, (_, i) => (i % 2 === 0 ? 1 : classes / 20))
const overTime = Float32Array.from({ length: 2 * scores }, (_, i) => (Math.floor(i / stride) % 2 === 0 ? 1 : length / 20))
const note = 'pseudo-glosses of a batch'

export default [
  workload(prototypeScoresClasses, note, params, { s: n, temperatures, lengths, overClasses: 2 * batch * length }),
  workload(prototypeScores, note, params, { s: n, temperatures, lengths, overClasses, p: scores, overTime: 2 * scores }),
  workload(prototypeScoresMap, note, params, { s: n, temperatures, overClasses, overTime, map: n }),
  workload(prototypeScoresGrad, note, params, {
    s: n,
    temperatures,
    overClasses,
    overTime,
    p: scores,
    dp: scores,
    ds: n,
    dTemperature: 4 * batch * length,
  }),
]
