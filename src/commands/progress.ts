// How far a run is, for whoever watches: one line redrawn on a terminal, a plain line now and then in a log, JSON for programs.

import pc from 'picocolors'
import { jsonText, printable } from '../base/printable.js'
import { barLine, plainLine, type View } from './progress_line.js'

/** What a step tells. Further numbers are carried along in JSON mode. */
export interface StepReport {
  /** Steps, or clips, done. */
  readonly step: number
  /** Left out by work that has none. */
  readonly loss?: number
  /** Frames this report stands for, padding not counted: those of all steps since the last report. Left out by work that does not count them: steps are counted then. */
  readonly frames?: number
  readonly [name: string]: number | undefined
}

/** What progress is written to; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface ProgressOptions {
  /** Steps of the whole run; null where only the data will tell. */
  readonly total: number | null
  readonly stream: ProgressStream
  /** Which part of the work this is, where a command has several. */
  readonly stage?: string | undefined
  /** What `step` counts; default step. */
  readonly counts?: View['counts']
  /** What `frames` counts; default frames. */
  readonly unit?: string
  /** One JSON line a report instead of text for people. */
  readonly json?: boolean
  /** Without a terminal: at most one line in so many seconds. Default 10. */
  readonly everySeconds?: number
  /** Milliseconds; default the system's clock. */
  readonly clock?: () => number
  /** Default `process.env`; NO_COLOR and TERM are read. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

const REDRAW_MS = 100
// Speed is that of the last reports only: the first steps compile shaders, and say nothing of the rest.
const WINDOW = 20
const SPARKS = 200

type Mode = 'bar' | 'plain' | 'json'

/**
 * Shows a run's progress.
 *
 * @example
 * const progress = new Progress({ total: 2000, stream: process.stderr })
 * progress.update({ step: 10, loss: 0.25, frames: 12_000 })
 * progress.done()
 */
export class Progress {
  readonly #options: ProgressOptions
  readonly #mode: Mode
  readonly #colours: ReturnType<typeof pc.createColors>
  readonly #clock: () => number
  readonly #recent: { step: number; frames: number | undefined; time: number }[] = []
  readonly #losses: number[] = []
  #last: StepReport | null = null
  #shownAt = -Infinity
  #shownStep = -1
  #barStands = false

  constructor(options: ProgressOptions) {
    const { stream, env = process.env } = options
    const terminal = stream.isTTY === true && env.TERM !== 'dumb'
    this.#options = options
    this.#mode = options.json ? 'json' : terminal ? 'bar' : 'plain'
    this.#colours = pc.createColors(terminal && !env.NO_COLOR)
    this.#clock = options.clock ?? Date.now
  }

  /** Takes a report; shows it if the last one was shown long enough ago. */
  update(report: StepReport): void {
    const time = this.#clock()
    this.#last = report
    this.#recent.push({ step: report.step, frames: report.frames, time })
    if (this.#recent.length > WINDOW) this.#recent.shift()
    if (report.loss !== undefined) this.#losses.push(report.loss)
    if (this.#losses.length > SPARKS) this.#losses.shift()
    const pause = { bar: REDRAW_MS, plain: (this.#options.everySeconds ?? 10) * 1000, json: 0 }[this.#mode]
    if (time - this.#shownAt >= pause) this.#show(time)
  }

  /** A line that stays, above the bar if there is one: a validation, a checkpoint. In JSON mode as `{"note": …}`. */
  note(text: string): void {
    this.#clear()
    this.#options.stream.write(this.#mode === 'json' ? `${jsonText({ note: text })}\n` : `${printable(text)}\n`)
    if (this.#mode === 'bar' && this.#last) this.#show(this.#clock())
  }

  /** Shows the last report, if it was not yet, and leaves the cursor at the start of a new line. A note after that draws no bar again. */
  done(): void {
    if (this.#last && this.#last.step !== this.#shownStep) this.#show(this.#clock())
    if (this.#barStands) this.#options.stream.write('\n')
    this.#barStands = false
    this.#last = null
  }

  #show(time: number): void {
    const report = this.#last!
    this.#shownAt = time
    this.#shownStep = report.step
    const { stream, stage } = this.#options
    const view = this.#view(report)
    switch (this.#mode) {
      case 'json':
        stream.write(
          `${jsonText({ ...(stage === undefined ? {} : { stage }), ...report, total: view.total, [`${view.unit}PerSecond`]: view.perSecond, secondsLeft: view.secondsLeft })}\n`,
        )
        break
      case 'plain':
        stream.write(`${plainLine(view)}\n`)
        break
      case 'bar':
        this.#clear()
        // One column stays free: a full line would wrap, and could not be redrawn.
        stream.write(barLine(view, (stream.columns ?? 80) - 1, this.#colours))
        this.#barStands = true
        break
      default:
        this.#mode satisfies never
    }
  }

  #view({ step, loss }: StepReport): View {
    const { stage, total, unit = 'frames', counts = 'step' } = this.#options
    const [first, ...later] = this.#recent
    const seconds = (this.#recent.at(-1)!.time - first!.time) / 1000
    const steps = step - first!.step
    const countsFrames = first!.frames !== undefined
    const done = countsFrames ? later.reduce((sum, report) => sum + (report.frames ?? 0), 0) : steps
    return {
      stage,
      step,
      counts,
      total,
      ...(loss === undefined ? {} : { loss }),
      losses: this.#losses,
      perSecond: seconds > 0 ? done / seconds : null,
      unit: countsFrames ? unit : `${counts}s`,
      secondsLeft: total !== null && seconds > 0 && steps > 0 ? (Math.max(0, total - step) * seconds) / steps : null,
    }
  }

  #clear(): void {
    if (this.#barStands) this.#options.stream.write('\r\x1b[2K')
    this.#barStands = false
  }
}
