// A run of a task that trains one model: how it begins, and how it goes on from a checkpoint.

import { isDeepStrictEqual } from 'node:util'
import { SignError } from '../base/errors.js'
import type { Watched } from '../base/progress.js'
import { trainerState } from '../checkpoint/checkpoint.js'
import type { Gpu } from '../device/gpu.js'
import type { ParameterSetOptions } from '../nn/parameter_set.js'
import { type TrainingConfig, trainingOptions } from '../train/config/parts.js'
import type { Loaded } from '../train/task.js'
import type { SavedTraining } from '../train/trainer.js'
import { withoutDev } from '../train/validation_note.js'

/** A checkpoint as its task reads it. */
interface SavedRun<Description, Model> {
  readonly path: string
  readonly description: Description
  readonly notes: readonly string[]
  readonly state?: unknown
  restore(gpu: Gpu, options: ParameterSetOptions): Model | Promise<Model>
}

export interface OneModelRun<Config, Description, Model, T> {
  readonly config: Config
  readonly data: {
    readonly dev: readonly unknown[]
    readonly description: Description
    readonly notes: readonly string[]
  }
  /** As {@link Loaded.clips}. */
  readonly clips?: string
  /** What of a model the data and the run file decide, for messages: `sizes and words`. */
  readonly decided: string
  /** A model with first weights. */
  make(gpu: Gpu, description: Description, options: ParameterSetOptions): Model | Promise<Model>
  read(path: string): Promise<SavedRun<Description, Model>>
  train(model: Model, options: Watched): T | Promise<T>
  /** An older version's state as this one has it; default as it is. */
  stateOf?(saved: unknown): SavedTraining
}

/** A run of these data. Its `resume` throws ERR_CHECKPOINT for a model that they do not describe. */
export function oneModelRun<Config extends TrainingConfig, Description extends object, Model extends { destroy(): void }, T>(
  run: OneModelRun<Config, Description, Model, T>,
): Loaded<Config, T> {
  const { config, decided, stateOf = (saved) => saved as SavedTraining } = run
  const { dev, description, notes } = run.data
  const options = trainingOptions(config)
  const trained = async (model: Model, watched: Watched) => {
    try {
      return await run.train(model, watched)
    } catch (error) {
      model.destroy()
      throw error
    }
  }
  return {
    config,
    notes: [...notes, ...(dev.length > 0 ? [] : [withoutDev('the corpora')])],
    clips: run.clips,
    begin: async (gpu, watched = {}) => ({ training: await trained(await run.make(gpu, description, options), watched), notes: [] }),
    async resume(gpu, path, watched = {}) {
      const checkpoint = await run.read(path)
      const state = stateOf(trainerState(checkpoint))
      if (!isDeepStrictEqual(plain(checkpoint.description), plain(description))) {
        const problem = `wanted a model of the run file’s ${decided}, got another`
        throw new SignError('ERR_CHECKPOINT', path, problem, 'Resume with the run file and data it was started with')
      }
      return { training: await trained(await checkpoint.restore(gpu, options), watched), notes: checkpoint.notes, state }
    },
  }
}

/** What a description says, its vocabularies too. */
const plain = (description: object): unknown => JSON.parse(JSON.stringify(description))
