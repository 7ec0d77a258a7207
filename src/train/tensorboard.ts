// A run's numbers as TensorBoard reads them: one event file for each start of the run.

import { hostname } from 'node:os'
import { join } from 'node:path'
import { AppendFile } from '../base/append.js'
import { record, restartEvent, scalarEvent, versionEvent } from './event_log.js'

export interface TensorBoardOptions {
  /** The step a resumed run goes on after: points of earlier files beyond it are then forgotten. */
  readonly resumedAt?: number
  /** Seconds since 1970; default the system's clock. */
  readonly clock?: () => number
  /** Default this machine's name. */
  readonly host?: string
}

/**
 * Writes `events.out.tfevents.<seconds>.<host>` into a folder.
 *
 * @example
 * const board = new TensorBoardLog('runs/demo')
 * board.scalars(10, { 'loss/train': 0.25 })
 */
export class TensorBoardLog {
  readonly #file: AppendFile
  readonly #clock: () => number

  /** Throws ERR_OUTPUT, as does every method, where the file cannot be written. */
  constructor(folder: string, { resumedAt, clock = () => Date.now() / 1000, host = hostname() }: TensorBoardOptions = {}) {
    this.#clock = clock
    this.#file = new AppendFile(join(folder, `events.out.tfevents.${Math.floor(clock())}.${host}`))
    this.#file.append(record(versionEvent(clock())))
    if (resumedAt !== undefined) this.#file.append(record(restartEvent(clock(), resumedAt + 1)))
  }

  get path(): string {
    return this.#file.path
  }

  /** Numbers of one step by tag; a slash in a tag groups the charts. */
  scalars(step: number, values: Readonly<Record<string, number>>): void {
    this.#file.append(record(scalarEvent(this.#clock(), step, values)))
  }

  close(): void {
    this.#file.close()
  }
}
