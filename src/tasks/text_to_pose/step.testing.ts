// A training step of text to pose on arrays of one's own, for tests and benches: without a trainer, its data and its memory.

import type { Gpu } from '../../device/gpu.js'
import type { SlotPool } from '../../device/memory.js'
import { inputNumbers, outputNumbers } from '../../model/config.js'
import type { LanguageGroup } from '../../model/sign_model.js'
import { padded } from '../../ops/parameter.js'
import { type PassOptions, StepProgram, type StepSettings } from '../../train/step_program.js'
import type { UpdateOptions } from '../../train/update.js'
import type { BatchArrays, PoseShape } from './batch.js'
import { type PoseLossOptions, type PoseLossReport, poseLossReport, recordPoseLosses, unitsOf } from './losses.js'

export interface PoseStepSettings extends StepSettings {
  readonly medianError: number
  /** What every coordinate's noise is; default none. */
  readonly sigma?: number
  /** The probability that an input is a predicted frame; default none is. */
  readonly samplingShare?: number
}

export interface RecordedPoseStep {
  readonly step: StepProgram
  run(arrays: BatchArrays, settings: PoseStepSettings, options?: PassOptions): Promise<PoseLossReport & { readonly gradientNorm: number }>
  destroy(): void
}

export async function recordPoseStep(
  gpu: Gpu,
  group: LanguageGroup,
  shape: PoseShape,
  options: PoseLossOptions & UpdateOptions,
  pool?: SlotPool,
): Promise<RecordedPoseStep> {
  const { config, weights } = group
  const step = await StepProgram.record(gpu, weights, (graph) => recordPoseLosses(graph, group, shape, options), options, pool)
  const ones = new Float32Array(padded(outputNumbers(config))).fill(1)
  return {
    step,
    async run(arrays, { medianError, sigma = 0, samplingShare = 0, ...settings }, passOptions) {
      const noise = new Float32Array(padded(inputNumbers(config))).fill(sigma)
      const shares = { medianError: Float32Array.of(medianError), samplingShare: Float32Array.of(samplingShare) }
      const fed = { ...arrays, ones, sigma: noise, ...shares, units: unitsOf(group) }
      const { reports, gradientNorm } = await step.run(fed, settings, passOptions)
      return { ...poseLossReport([reports]), gradientNorm }
    },
    destroy: () => step.destroy(),
  }
}
