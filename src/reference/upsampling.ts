// The plain-loop twin of shaders/upsampling*.wgsl, in float64.

export interface UpsamplingShape {
  readonly batch: number
  readonly length: number
  readonly tokens: number
  readonly width: number
  readonly stride: number
  readonly column: number
  readonly unit: number
}

export interface Upsampled {
  /** [batch, tokens, width] */
  readonly x: Float64Array
  /** [batch · length, stride] */
  readonly frames: Float64Array
  /** [batch, tokens, 2] */
  readonly spans: Float64Array
  readonly lengths: Uint32Array
}

const SHARPNESS = 4.5
const PLACES = 16

/** The phase of every frame in every token of its sentence: row after row, as far as tokens count. */
function phasesOf(
  { frames, spans, lengths }: Omit<Upsampled, 'x'>,
  { length, tokens, stride, column, unit }: UpsamplingShape,
  row: number,
) {
  const b = Math.floor(row / length)
  const moment = unit * frames[row * stride + column]!
  return Array.from({ length: lengths[b]! }, (_, u) => {
    const [begin, share] = [0, 1].map((k) => spans[2 * (b * tokens + u) + k]!) as [number, number]
    return (moment - begin) / share
  })
}

/** How near a phase is to each place along the span. */
const nearness = (phase: number): number[] => {
  const place = Math.min(1, Math.max(0, phase)) * (PLACES - 1)
  return Array.from({ length: PLACES }, (_, k) => Math.max(0, 1 - Math.abs(place - k)))
}

/** weight [batch · length, tokens] */
export function upsamplingWeights(given: Omit<Upsampled, 'x'>, shape: UpsamplingShape): Float64Array {
  const { batch, length, tokens } = shape
  const weight = new Float64Array(batch * length * tokens)
  for (let row = 0; row < batch * length; row++) {
    const raw = phasesOf(given, shape, row).map((phase) => -SHARPNESS * (phase - 0.5) ** 2)
    const top = Math.max(...raw)
    const parts = raw.map((score) => Math.exp(score - top))
    const sum = parts.reduce((a, part) => a + part, 0)
    weight.set(
      parts.map((part) => part / sum),
      row * tokens,
    )
  }
  return weight
}

/** y [batch · length, width + 16] */
export function upsampling(given: Upsampled, weight: Float64Array, shape: UpsamplingShape): Float64Array {
  const { batch, length, tokens, width } = shape
  const columns = width + PLACES
  const y = new Float64Array(batch * length * columns)
  for (let row = 0; row < batch * length; row++)
    phasesOf(given, shape, row).forEach((phase, u) => {
      const [w, token] = [weight[row * tokens + u]!, Math.floor(row / length) * tokens + u]
      for (let c = 0; c < width; c++) y[row * columns + c]! += w * given.x[token * width + c]!
      nearness(phase).forEach((near, k) => {
        y[row * columns + width + k]! += w * near
      })
    })
  return y
}

/** The gradients at x and at the spans, and on the way there at each frame's phase in each token, from dy [batch · length, width + 16]. */
export function upsamplingGrad(given: Upsampled, weight: Float64Array, dy: Float64Array, shape: UpsamplingShape) {
  const { batch, length, tokens, width } = shape
  const columns = width + PLACES
  const dx = new Float64Array(batch * tokens * width)
  const dphase = new Float64Array(batch * length * tokens)
  const dspans = new Float64Array(2 * batch * tokens)
  for (let row = 0; row < batch * length; row++) {
    const phases = phasesOf(given, shape, row)
    const base = Math.floor(row / length) * tokens
    const at = (column: number) => dy[row * columns + column]!
    const dweight = phases.map((phase, u) => {
      const near = nearness(phase).reduce((sum, one, k) => sum + one * at(width + k), 0)
      let sum = near
      for (let c = 0; c < width; c++) sum += at(c) * given.x[(base + u) * width + c]!
      return sum
    })
    const mean = dweight.reduce((sum, d, u) => sum + d * weight[row * tokens + u]!, 0)
    phases.forEach((phase, u) => {
      const w = weight[row * tokens + u]!
      const below = Math.min(PLACES - 2, Math.floor(Math.min(1, Math.max(0, phase)) * (PLACES - 1)))
      const inside = phase > 0 && phase < 1 ? (PLACES - 1) * (at(width + below + 1) - at(width + below)) : 0
      const d = w * ((dweight[u]! - mean) * -2 * SHARPNESS * (phase - 0.5) + inside)
      dphase[row * tokens + u] = d
      const share = given.spans[2 * (base + u) + 1]!
      dspans[2 * (base + u)]! -= d / share
      dspans[2 * (base + u) + 1]! -= (d * phase) / share
      for (let c = 0; c < width; c++) dx[(base + u) * width + c]! += w * at(c)
    })
  }
  return { dx, dphase, dspans }
}
