import { wordMeans, wordMeansGrad, wordMeansWeightGrad } from '../src/kernels/word_means.js'
import { workload } from './workload.js'

// 16 clips of 128 tokens of 1024 numbers in words of two tokens, of which one is slow in every fourth.
const [batch, length, width] = [16, 128, 1024]
const [n, rows] = [batch * length * width, batch * length]
const spans = Uint32Array.from({ length: 2 * batch * (length + 1) }, (_, i) => {
  const t = Math.floor(i / 2) % (length + 1)
  return i % 2 === 0 ? Math.floor(t / 2) : Math.min(length, 2 * t)
})
const weight = Float32Array.from({ length: rows }, (_, t) => (t % 8 === 1 ? 0 : 1 / 2))
const slowShare = Float32Array.from({ length: rows }, (_, w) => (w % length < length / 2 && w % 4 === 0 ? 1 / 2 : 0))
const wordLengths = new Uint32Array(batch).fill(length / 2)
const params = { batch, length, width }
const note = 'SignLLM'

export default [
  workload(wordMeans, note, params, { x: n, spans, weight, slowShare, wordLengths, slow: width, y: n }),
  workload(wordMeansGrad, note, { ...params, accumulate: 0 }, { dy: n, spans, weight, dx: n }),
  workload(wordMeansWeightGrad, note, params, { dy: n, slowShare, wordLengths, dslow: width }),
]
