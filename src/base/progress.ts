// How far work is that takes a while: one kind of event for all of it, and the speed that it goes at.

/** What whoever waits is told, again and again: a model that is read, clips that are prepared, steps that are trained. */
export interface Progress {
  /** Which work this is, e.g. `model read`. Work of several parts tells of one after another. */
  readonly work: string
  /** What `done` and `all` count, in the singular: `byte`, `clip`, `frame`, `step`. */
  readonly unit: string
  readonly done: number
  /** Absent where nobody knows yet how much there is. */
  readonly all?: number | undefined
  /** Of what it went through a second, lately: its own unit, or another that tells more, as the frames of steps. Absent at first. */
  readonly speed?: { readonly perSecond: number; readonly unit: string } | undefined
  /** If it goes on as fast; absent without `all`, and at first. */
  readonly secondsLeft?: number | undefined
}

export type OnProgress = (progress: Progress) => void

/** Options of what takes a while. */
export interface Watched {
  /** Called as the work goes on. */
  readonly onProgress?: OnProgress | undefined
}

/** What is measured. */
export interface Measured extends Pick<Progress, 'work' | 'unit' | 'all'> {
  /** What the speed counts, where it is not the work's own unit. */
  readonly speedOf?: string | undefined
}

interface Sample {
  readonly seconds: number
  readonly done: number
  readonly handled: number
}

/** Samples lie so far apart: of thousands of reports a second, few have to be kept. */
const APART = 0.1
/** Older samples say little of the speed now, … */
const LATELY = 30
/** … but of slow work some are kept. */
const LEAST_SAMPLES = 20

/** Measures the speed of work. It is that of the last reports only: the first steps compile shaders, and say nothing of the rest. */
export class Meter {
  readonly #measured: Measured
  readonly #clock: () => number
  readonly #samples: Sample[] = []
  #handled = 0

  /** @param clock milliseconds; default the system's */
  constructor(measured: Measured, clock: () => number = () => performance.now()) {
    this.#measured = measured
    this.#clock = clock
  }

  /**
   * The event that tells of it.
   *
   * @param handled since the last report, of what the speed counts; default as much as was done
   */
  at(done: number, handled?: number): Progress {
    const { work, unit, all, speedOf } = this.#measured
    this.#handled = handled === undefined ? done : this.#handled + handled
    const now = { seconds: this.#clock() / 1000, done, handled: this.#handled }
    const first = this.#sampled(now)
    const seconds = now.seconds - first.seconds
    const told = { work, unit, done, ...(all !== undefined && { all }) }
    if (seconds < APART) return told
    const steps = done - first.done
    return {
      ...told,
      speed: { perSecond: (now.handled - first.handled) / seconds, unit: speedOf ?? unit },
      ...(all !== undefined && steps > 0 && { secondsLeft: (Math.max(0, all - done) * seconds) / steps }),
    }
  }

  /** Keeps what is to be kept. Returns the oldest. */
  #sampled(now: Sample): Sample {
    const samples = this.#samples
    const last = samples.at(-1)
    if (last === undefined || now.seconds - last.seconds >= APART) samples.push(now)
    while (samples.length > LEAST_SAMPLES && now.seconds - samples[0]!.seconds > LATELY) samples.shift()
    return samples[0]!
  }
}

/** Tells `onProgress`, if there is one, how much is done, each time that what this gives is called. */
export function telling(onProgress: OnProgress | undefined, measured: Measured): (done: number, handled?: number) => void {
  if (!onProgress) return () => undefined
  const meter = new Meter(measured)
  return (done, handled) => onProgress(meter.at(done, handled))
}
