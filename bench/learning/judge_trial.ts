// What the trials of learning_judge.ts are given, and what they give.

import type { TrainCommandOptions } from '../../src/commands/train.js'
import type { Gpu } from '../../src/device/gpu.js'

export interface JudgeTrialInput {
  /** The run file. */
  readonly path: string
  /** Measures what was trained. */
  readonly gpu: Gpu
  /** Of the judges; where none are named, a trial has its own. */
  readonly seeds?: readonly number[] | undefined
  /** Measure what an earlier run has trained. */
  readonly trained: boolean
  readonly train: TrainCommandOptions
}

export interface JudgeOutcome {
  readonly passed: boolean
  /** For the file of results. */
  readonly result: object
  /** For people. */
  readonly lines: readonly string[]
}
