// What a run writes down of its steps and validations. A log that can no longer be written does not throw: the run is to save what it
// has trained first.

import { join } from 'node:path'
import type { TrainingConfig } from '../config/parts.js'
import { MetricsLog, truncateAfter } from '../metrics_log.js'
import { TensorBoardLog } from '../tensorboard.js'

/** Numbers for the logs, by name. */
export type Scalars = Readonly<Record<string, number>>

export class RunLogs {
  readonly #metrics: MetricsLog
  readonly #board: TensorBoardLog | undefined
  #failure: unknown

  private constructor(metrics: MetricsLog, board: TensorBoardLog | undefined) {
    this.#metrics = metrics
    this.#board = board
  }

  /** @param resumedAt the step a run goes on after: later reports are dropped. Throws ERR_OUTPUT, and ERR_DATA for metrics that are none. */
  static async open({ out, log }: Pick<TrainingConfig, 'out' | 'log'>, resumedAt?: number): Promise<RunLogs> {
    const path = join(out, 'metrics.jsonl')
    if (resumedAt !== undefined) await truncateAfter(path, resumedAt)
    const metrics = new MetricsLog(path)
    try {
      const board = log.tensorboard ? new TensorBoardLog(out, resumedAt === undefined ? {} : { resumedAt }) : undefined
      return new RunLogs(metrics, board)
    } catch (error) {
      metrics.close()
      throw error
    }
  }

  /** Why nothing is written any more. */
  get failure(): unknown {
    return this.#failure
  }

  /** Writes numbers of a step, unless that failed before: behind half a line nothing could be read. */
  append(step: number, values: Scalars): void {
    if (this.#failure !== undefined) return
    try {
      this.#metrics.append({ step, ...values })
      this.#board?.scalars(step, values)
    } catch (error) {
      this.#failure = error
    }
  }

  close(): void {
    this.#metrics.close()
    this.#board?.close()
  }
}
