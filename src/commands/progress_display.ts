// How far work is, for whoever watches: one line redrawn on a terminal, a plain line now and then in a log, JSON for programs.

import pc from 'picocolors'
import { jsonText, printable } from '../base/printable.js'
import type { OnProgress, Progress } from '../base/progress.js'
import { barLine, plainLine } from './progress_line.js'

/** What is told beside progress, such as a step's loss. All of it is carried along in JSON mode. */
export interface ShownNumbers {
  readonly loss?: number
  readonly [name: string]: number | undefined
}

/** What progress is written to; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface ProgressDisplayOptions {
  /** Default: standard error. */
  readonly stream?: ProgressStream | undefined
  /** One JSON line a report instead of text for people: the event as it is, with the numbers told beside it. */
  readonly json?: boolean | undefined
  /** Without a terminal: at most one line in so many seconds. Default 10. */
  readonly everySeconds?: number
  /** Milliseconds; default the system's clock. */
  readonly clock?: () => number
  /** Default `process.env`; NO_COLOR and TERM are read. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

const REDRAW_MS = 100
const SPARKS = 200

type Mode = 'bar' | 'plain' | 'json'

interface Shown {
  readonly progress: Progress
  readonly numbers: ShownNumbers
}

/**
 * Shows progress, of one work after another: each has a line of its own.
 *
 * @example
 * const display = new ProgressDisplay({ stream: process.stderr })
 * const signer = await Signer.open(url, { onProgress: display.show })
 * display.done()
 */
export class ProgressDisplay {
  readonly #stream: ProgressStream
  readonly #everySeconds: number
  readonly #mode: Mode
  readonly #colours: ReturnType<typeof pc.createColors>
  readonly #clock: () => number
  #losses: number[] = []
  #last: Shown | undefined
  #shownAt = -Infinity
  /** The last one stands where people see it. */
  #isShown = false
  #barStands = false

  constructor({ stream = process.stderr, json = false, everySeconds = 10, clock = Date.now, env = process.env }: ProgressDisplayOptions) {
    const terminal = stream.isTTY === true && env.TERM !== 'dumb'
    this.#stream = stream
    this.#everySeconds = everySeconds
    this.#mode = json ? 'json' : terminal ? 'bar' : 'plain'
    this.#colours = pc.createColors(terminal && !env.NO_COLOR)
    this.#clock = clock
  }

  /** Takes a report; shows it if the last one was shown long enough ago, or was of other work. */
  show = (progress: Progress, numbers: ShownNumbers = {}): void => {
    if (this.#last && this.#last.progress.work !== progress.work) this.done()
    const time = this.#clock()
    this.#last = { progress, numbers }
    this.#isShown = false
    if (numbers.loss !== undefined) this.#losses.push(numbers.loss)
    if (this.#losses.length > SPARKS) this.#losses.shift()
    // Bytes come in thousands of small pieces.
    const json = progress.unit === 'byte' ? REDRAW_MS : 0
    const pause = { bar: REDRAW_MS, plain: this.#everySeconds * 1000, json }[this.#mode]
    if (time - this.#shownAt >= pause) this.#show(this.#last, time)
  }

  /** A line that stays, above the bar if there is one: a validation, a checkpoint. In JSON mode as `{"note": …}`. */
  note(text: string): void {
    this.#clear()
    this.#stream.write(this.#mode === 'json' ? `${jsonText({ note: text })}\n` : `${printable(text)}\n`)
    if (this.#mode === 'bar' && this.#last) this.#show(this.#last, this.#clock())
  }

  /** Shows the last report, if it was not yet, and leaves the cursor at the start of a new line. A note after that draws no bar again. */
  done(): void {
    if (this.#last && !this.#isShown) this.#show(this.#last, this.#clock())
    if (this.#barStands) this.#stream.write('\n')
    this.#barStands = false
    this.#last = undefined
    this.#losses = []
    this.#shownAt = -Infinity
  }

  #show({ progress, numbers }: Shown, time: number): void {
    this.#shownAt = time
    this.#isShown = true
    const view = { ...progress, loss: numbers.loss, losses: this.#losses }
    switch (this.#mode) {
      case 'json':
        this.#stream.write(`${jsonText({ ...progress, ...numbers })}\n`)
        break
      case 'plain':
        this.#stream.write(`${plainLine(view)}\n`)
        break
      case 'bar':
        this.#clear()
        // One column stays free: a full line would wrap, and could not be redrawn.
        this.#stream.write(barLine(view, (this.#stream.columns ?? 80) - 1, this.#colours))
        this.#barStands = true
        break
      default:
        this.#mode satisfies never
    }
  }

  #clear(): void {
    if (this.#barStands) this.#stream.write('\r\x1b[2K')
    this.#barStands = false
  }
}

/** Shows the progress of `work` while it runs. */
export async function withProgress<T>(options: ProgressDisplayOptions, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const display = new ProgressDisplay(options)
  try {
    return await work(display.show)
  } finally {
    display.done()
  }
}
