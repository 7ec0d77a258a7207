// Series cut into windows of W frames, each with a frame of its neighbours on either side, and put together again with a cross-fade over those.

/** Frames of its neighbours that a window holds, on either side. */
const MARGIN = 1

/** Numbers of a window. */
export const windowNumbers = (window: number, width: number): number => (window + 2 * MARGIN) * width

/** Windows, [ceil(frames / W), (W + 2) · width], of a series [frames, width]. Beyond its ends the series stands still. */
export function cutWindows(series: Float32Array, width: number, window: number): Float32Array {
  const frames = series.length / width
  const count = Math.ceil(frames / window)
  const out = new Float32Array(count * windowNumbers(window, width))
  for (let w = 0; w < count; w++)
    for (let f = 0; f < window + 2 * MARGIN; f++) {
      const t = Math.min(frames - 1, Math.max(0, w * window + f - MARGIN))
      out.set(series.subarray(t * width, (t + 1) * width), w * windowNumbers(window, width) + f * width)
    }
  return out
}

/** The series, [windows · W, width], of windows [windows, (W + 2) · width]. The two frames about a join are two thirds of their own window and one third of the other. */
export function joinWindows(windows: Float32Array, width: number, window: number): Float32Array {
  const frames = (windows.length / windowNumbers(window, width)) * window
  const out = new Float32Array(frames * width)
  for (let t = 0; t < frames; t++) {
    const [w, f] = [Math.floor(t / window), t % window]
    // A window of a single frame has a join on either side.
    const others = [...(f === 0 && w > 0 ? [w - 1] : []), ...(f === window - 1 && t < frames - 1 ? [w + 1] : [])]
    const parts = [{ of: w, share: 1 - others.length / 3 }, ...others.map((of) => ({ of, share: 1 / 3 }))]
    for (const { of, share } of parts) {
      const from = of * windowNumbers(window, width) + (t - of * window + MARGIN) * width
      for (let i = 0; i < width; i++) out[t * width + i]! += share * windows[from + i]!
    }
  }
  return out
}
