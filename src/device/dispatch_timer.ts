// Timing while programs run. A Gpu holds at most one timer; it is the only thing a program knows of being profiled.

/** When the host was where in one run, by `performance.now()`. */
export interface HostStamps {
  readonly began: number
  readonly encoded: number
  readonly submitted: number
  /** The reports are on the host. */
  readonly read: number
}

/** Dispatches of a program: those from `from` up to, not with, `to`. */
export interface StepRange {
  readonly from: number
  readonly to: number
}

/** What a timer sees of a program: how many dispatches it has, and how to encode some of them. */
export interface TimedProgram {
  readonly steps: { readonly length: number }
  encode(encoder: GPUCommandEncoder, options?: { from: number; to: number; timestampWrites?: GPUComputePassTimestampWrites }): void
}

/** Takes over how a program's dispatches reach the GPU, so that they are timed. Set as `gpu.timer`; without one nothing is. */
export interface DispatchTimer {
  /**
   * Sees to the dispatches of `program` in a range, `times` over, after what `encoder` holds. Returns the encoder for what comes after them:
   * the same one, or another where it had to submit.
   */
  encode(program: TimedProgram, encoder: GPUCommandEncoder, times: number, range: StepRange): Promise<GPUCommandEncoder>
  /** The run is over and everything it submitted is done. */
  finish(program: TimedProgram, range: StepRange, host: HostStamps): Promise<void>
}
