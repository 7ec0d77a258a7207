// The plain-loop twin of shaders/token_spans*.wgsl, in float64.

export interface TokenShape {
  readonly tokens: number
  readonly stride: number
}

/** spans [batch, tokens, 2] = (begin, share), (1, 0) at padding; logFrames [batch, 4]. x [batch, tokens, stride], of which column 0 counts. */
export function tokenSpans(x: Float64Array, lengths: Uint32Array, { tokens, stride }: TokenShape) {
  const spans = new Float64Array(2 * lengths.length * tokens)
  const logFrames = new Float64Array(4 * lengths.length)
  lengths.forEach((length, b) => {
    const frames = Array.from({ length: tokens }, (_, u) => (u < length ? Math.exp(x[(b * tokens + u) * stride]!) : 0))
    const sum = frames.reduce((a, one) => a + one, 0)
    let begin = 0
    frames.forEach((one, u) => {
      spans.set(u < length ? [begin, one / sum] : [1, 0], 2 * (b * tokens + u))
      begin += one / sum
    })
    logFrames[4 * b] = Math.log(sum)
  })
  return { spans, logFrames }
}

/** dx [batch, tokens, stride] from dspans [batch, tokens, 2] and dlogFrames [batch, 4]. */
export function tokenSpansGrad(
  spans: Float64Array,
  { dspans, dlogFrames }: { readonly dspans?: Float64Array; readonly dlogFrames?: Float64Array },
  lengths: Uint32Array,
  { tokens, stride }: TokenShape,
): Float64Array {
  const dx = new Float64Array(lengths.length * tokens * stride)
  lengths.forEach((length, b) => {
    const at = (u: number) => 2 * (b * tokens + u)
    const share = (u: number) => spans[at(u) + 1]!
    const grads = Array.from({ length }, (_, u) => {
      let grad = dspans?.[at(u) + 1] ?? 0
      for (let later = u + 1; later < length; later++) grad += dspans?.[at(later)] ?? 0
      return grad
    })
    const mean = grads.reduce((sum, grad, u) => sum + share(u) * grad, 0)
    grads.forEach((grad, u) => {
      dx[(b * tokens + u) * stride] = share(u) * (grad - mean + (dlogFrames?.[4 * b] ?? 0))
    })
  })
  return dx
}
