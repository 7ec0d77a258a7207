// Where the frames of one rate lie among those of another.

/** How many frames, `step` source frames apart, fit into `span` source frames, both ends included: the last one must not be lost to rounding. */
export function framesWithin(span: number, step: number): number {
  return Math.floor(span / step + 1e-6) + 1
}

/** Times that are a source frame's but for rounding. */
export function nearInteger(time: number): number {
  const whole = Math.round(time)
  return Math.abs(time - whole) < 1e-6 ? whole : time
}
