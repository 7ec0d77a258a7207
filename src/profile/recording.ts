// What one profiled run leaves: for each dispatch from when to when it ran, and what the host did meanwhile.

import type { DispatchTimer, HostStamps, StepRange } from '../device/dispatch_timer.js'
import type { Gpu } from '../device/gpu.js'
import { PassClock, type Span } from '../device/pass_clock.js'
import type { Program } from '../device/program.js'

/**
 * How dispatches were timed. `timestamps`: each in a compute pass of its own, between two timestamp queries. `submissions`: each
 * submitted and awaited alone, by the host's clock, where the adapter has no timestamp-query.
 */
export type Method = 'timestamps' | 'submissions'

/** One run of a program. */
export interface RunRecord {
  readonly program: Program
  /** What of it ran. */
  readonly range: StepRange
  readonly host: HostStamps
  /** One for each dispatch, the steps of the range over and over; milliseconds of the GPU's clock, or of the host's under `submissions`. */
  readonly spans: readonly Span[]
}

/** A timer that keeps what it times. */
export interface RecordingTimer extends DispatchTimer {
  readonly method: Method
  /** The runs since this was last asked. */
  take(): RunRecord[]
  destroy(): void
}

/** Which of its program's steps a record's span is of. */
export const stepOf = ({ range: { from, to } }: Pick<RunRecord, 'range'>, span: number): number => from + (span % (to - from))

/** The best timer that the device has. */
export function recordingTimer(gpu: Gpu): RecordingTimer {
  return gpu.device.features.has('timestamp-query') ? new TimestampTimer(gpu) : new SubmissionTimer(gpu)
}

class TimestampTimer implements RecordingTimer {
  readonly method = 'timestamps'
  readonly #clock: PassClock
  #records: RunRecord[] = []

  constructor(gpu: Gpu) {
    this.#clock = new PassClock(gpu)
  }

  async encode(program: Program, encoder: GPUCommandEncoder, times: number, { from, to }: StepRange): Promise<GPUCommandEncoder> {
    for (let run = 0; run < times; run++)
      for (let i = from; i < to; i++) program.encode(encoder, { from: i, to: i + 1, timestampWrites: this.#clock.next() })
    this.#clock.resolve(encoder)
    return encoder
  }

  async finish(program: Program, range: StepRange, host: HostStamps): Promise<void> {
    this.#records.push({ program, range, host, spans: await this.#clock.read() })
  }

  take(): RunRecord[] {
    return this.#records.splice(0)
  }

  destroy(): void {
    this.#clock.destroy()
  }
}

class SubmissionTimer implements RecordingTimer {
  readonly method = 'submissions'
  readonly #gpu: Gpu
  #spans: Span[] = []
  #records: RunRecord[] = []

  constructor(gpu: Gpu) {
    this.#gpu = gpu
  }

  async encode(program: Program, encoder: GPUCommandEncoder, times: number, { from, to }: StepRange): Promise<GPUCommandEncoder> {
    const { queue } = this.#gpu.device
    queue.submit([encoder.finish()])
    await this.#gpu.wait(queue.onSubmittedWorkDone())
    for (let run = 0; run < times; run++) {
      for (let i = from; i < to; i++) {
        const one = this.#gpu.device.createCommandEncoder()
        program.encode(one, { from: i, to: i + 1 })
        const commands = one.finish()
        const begin = performance.now()
        queue.submit([commands])
        await this.#gpu.wait(queue.onSubmittedWorkDone())
        this.#spans.push({ begin, end: performance.now() })
      }
    }
    return this.#gpu.device.createCommandEncoder()
  }

  async finish(program: Program, range: StepRange, host: HostStamps): Promise<void> {
    this.#records.push({ program, range, host, spans: this.#spans.splice(0) })
  }

  take(): RunRecord[] {
    return this.#records.splice(0)
  }

  destroy(): void {}
}
