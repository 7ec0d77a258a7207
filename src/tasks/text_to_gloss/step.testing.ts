// A training step of text to gloss on arrays of one's own, for tests: without a trainer and its data.

import type { Gpu } from '../../device/gpu.js'
import type { GlossModel } from '../../model/text_to_gloss.js'
import { type PassOptions, StepProgram, type StepSettings } from '../../train/step_program.js'
import { tokenLoss } from '../../train/tokens.js'
import type { UpdateOptions } from '../../train/update.js'
import type { GlossArrays, GlossShape } from './batch.js'
import { recordGlossLosses } from './losses.js'

export interface RecordedGlossStep {
  readonly step: StepProgram
  run(arrays: GlossArrays, settings: StepSettings, options?: PassOptions): Promise<{ readonly loss: number; readonly gradientNorm: number }>
  destroy(): void
}

export async function recordGlossStep(
  gpu: Gpu,
  model: GlossModel,
  shape: GlossShape,
  { smoothing, ...options }: UpdateOptions & { readonly smoothing: number },
): Promise<RecordedGlossStep> {
  const step = await StepProgram.record(gpu, model.weights, (graph) => recordGlossLosses(graph, model, shape, smoothing), options)
  return {
    step,
    async run(arrays, settings, passOptions) {
      const { reports, gradientNorm } = await step.run({ ...arrays }, settings, passOptions)
      return { loss: tokenLoss([reports]), gradientNorm }
    },
    destroy: () => step.destroy(),
  }
}
