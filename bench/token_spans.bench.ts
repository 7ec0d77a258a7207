import { tokenSpans, tokenSpansGrad, tokenSpansTotalGrad } from '../src/kernels/token_spans.js'
import { workload } from './workload.js'

// Sixty-four sentences of 24 tokens.
const [batch, tokens, stride] = [64, 24, 4]
const [n, lengths] = [batch * tokens, new Uint32Array(batch).fill(tokens)]
const note = '64 sentences'

export default [
  workload(tokenSpans, note, { batch, tokens, stride }, { x: n * stride, lengths, spans: 2 * n, logFrames: 4 * batch }),
  workload(tokenSpansGrad, note, { batch, tokens, stride, accumulate: 0 }, { spans: 2 * n, dspans: 2 * n, lengths, dx: n * stride }),
  workload(
    tokenSpansTotalGrad,
    note,
    { batch, tokens, stride, accumulate: 1 },
    { dlogFrames: 4 * batch, spans: 2 * n, lengths, dx: n * stride },
  ),
]
