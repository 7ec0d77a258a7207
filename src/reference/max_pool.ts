// The plain-loop twin of shaders/max_pool*.wgsl, in float64.

import { forEachTap, type Windows } from './windows.js'

export type PoolWindows = Omit<Windows, 'stride' | 'columns'>

/** Which tap of no window it is. */
export const NONE = 0xffffffff

/** y[b, r, c, k] = max(0, the taps of the window), and which tap that is */
export function maxPool(x: Float64Array, lengths: Uint32Array, shape: PoolWindows): { y: Float64Array; places: Uint32Array } {
  const { channels } = shape
  const count = lengths.length * shape.down * shape.across * channels
  const [y, places] = [new Float64Array(count), new Uint32Array(count).fill(NONE)]
  forEachTap(lengths, { ...shape, stride: channels, columns: 0 }, (place, window, tap) => {
    for (let k = 0; k < channels; k++) {
      const value = x[place * channels + k]!
      if (value <= y[window * channels + k]!) continue
      y[window * channels + k] = value
      places[window * channels + k] = tap
    }
  })
  return { y, places }
}

/** dx of the gradient dy at y */
export function maxPoolGrad(dy: Float64Array, places: Uint32Array, lengths: Uint32Array, shape: PoolWindows): Float64Array {
  const { channels } = shape
  const dx = new Float64Array(lengths.length * shape.height * shape.width * channels)
  forEachTap(lengths, { ...shape, stride: channels, columns: 0 }, (place, window, tap) => {
    for (let k = 0; k < channels; k++) if (places[window * channels + k] === tap) dx[place * channels + k]! += dy[window * channels + k]!
  })
  return dx
}
