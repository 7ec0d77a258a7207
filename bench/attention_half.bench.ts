import { attentionHalf } from '../src/kernels/attention_half.js'
import { workload } from './workload.js'

// The shape of attention.bench.ts, for comparison, and pt-base's heads of 128.
const own = { batch: 8, queries: 152, keys: 152, causal: 1, heads: 4 }

/** Halves of ordinary size, two to a word: 1, -0.5 and 0.25, 2. */
const halves = (n: number) => Uint32Array.from({ length: n / 2 }, (_, i) => (i % 2 === 0 ? 0xb8003c00 : 0x40003400))

export default [32, 128].flatMap((headWidth) => {
  const { batch, queries, heads } = own
  const width = heads * headWidth
  const layout = { queryStride: 3 * width, keyStride: 3 * width, keyColumn: width, valueColumn: 2 * width }
  const params = { ...own, headWidth, scale: 1 / Math.sqrt(headWidth), ...layout }
  const note = `pose decoder, own frames, heads of ${headWidth}`
  const qkv = halves(3 * batch * queries * width)
  const keyLengths = new Uint32Array(batch).fill(own.keys)
  return [
    workload(attentionHalf, note, params, {
      q: qkv,
      k: qkv,
      v: qkv,
      keyLengths,
      y: batch * queries * width,
      logSumExp: batch * heads * queries,
    }),
  ]
})
