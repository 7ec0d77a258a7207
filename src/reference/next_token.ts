// The plain-loop twin of shaders/next_token.wgsl. Slow on purpose: nothing here may be clever.

export interface TokenState {
  readonly lengths: Uint32Array
  readonly done: Uint32Array
  readonly input: Uint32Array
  readonly tokens: Uint32Array
}

/** Takes the largest of logits [batch, stride] as the next token of every sample that is not done. */
export function nextToken(
  { lengths, done, input, tokens }: TokenState,
  logits: Float64Array,
  { batch, classes, stride, capacity, end }: { batch: number; classes: number; stride: number; capacity: number; end: number },
): TokenState {
  const after = { lengths: lengths.slice(), done: done.slice(), input: input.slice(), tokens: tokens.slice() }
  for (let b = 0; b < batch; b++) {
    const t = lengths[b]!
    if (done[b] !== 0 || t >= capacity) continue
    let best = 0
    let high = Number.NEGATIVE_INFINITY
    for (let v = 0; v < classes; v++) {
      const told = logits[b * stride + v]!
      if (told > high) {
        high = told
        best = v
      }
    }
    after.tokens[b * capacity + t] = best
    after.input[b] = best
    after.lengths[b] = t + 1
    if (best === end || t + 1 >= capacity) after.done[b] = t + 1
  }
  return after
}
