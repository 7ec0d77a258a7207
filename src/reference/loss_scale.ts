// The plain-loop twins of shaders/loss_scale.wgsl and loss_scale_update.wgsl, in float64. Slow on purpose: nothing here may be clever.

import { clipScale } from './clip_scale.js'

/** y = x · scale */
export function lossScale(x: Float64Array, scaling: Float64Array): Float64Array {
  return x.map((v) => v * scaling[0]!)
}

/** What becomes of (scale, steps since it changed, steps skipped, beta1^t, beta2^t, …), and (norm, factor) and hyper with its corrections. */
export function lossScaleUpdate(partial: Float64Array, hyper: Float64Array, scaling: Float64Array, limit: number, interval: number) {
  const [scale, steps, skipped, power1, power2] = scaling as unknown as [number, number, number, number, number]
  const [norm, clipped] = clipScale(
    partial.map((v) => v / scale ** 2),
    limit,
  ) as unknown as [number, number]
  const skips = !Number.isFinite(norm)
  const grows = !skips && steps + 1 >= interval
  const next = Float64Array.of(
    skips ? scale / 2 : grows ? Math.min(2 * scale, 2 ** 24) : scale,
    skips || grows ? 0 : steps + 1,
    skips ? skipped + 1 : skipped,
    skips ? power1 : power1 * hyper[1]!,
    skips ? power2 : power2 * hyper[2]!,
    ...scaling.slice(5),
  )
  const tuned = hyper.slice()
  tuned[4] = 1 - next[3]!
  tuned[5] = 1 - next[4]!
  return { scaling: next, clip: Float64Array.of(norm, clipped / scale), tuned }
}
