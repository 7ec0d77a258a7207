// From where the signer is looked at, and how near.

export interface View {
  /** Radians, as in a camera. */
  readonly yaw: number
  readonly pitch: number
  readonly zoom: number
}

export const frontView: View = { yaw: 0, pitch: 0, zoom: 1 }

/** Short of straight above and straight below, where left and right would change places. */
const MAX_PITCH = 1.4
const [MIN_ZOOM, MAX_ZOOM] = [0.4, 8]

export function turned(view: View, yaw: number, pitch: number): View {
  return { ...view, yaw: view.yaw + yaw, pitch: Math.min(MAX_PITCH, Math.max(-MAX_PITCH, view.pitch + pitch)) }
}

export function zoomed(view: View, factor: number): View {
  return { ...view, zoom: Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, view.zoom * factor)) }
}
