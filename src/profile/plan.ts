// A training run's memory, planned before anything is trained: each language's arenas, and the slots of every batch shape of an epoch.

import type { Gpu } from '../device/gpu.js'
import { claimSlots, SlotPool } from '../device/memory.js'
import { SignModel } from '../model/sign_model.js'
import type { BatchShape } from '../train/batch_arrays.js'
import { loadData } from '../train/dataset.js'
import type { RunConfig } from '../train/run_config.js'
import { trainingOptions } from '../train/trainer.js'
import { TrainingProgram } from '../train/training_program.js'
import { formatMemory, groupArenas, type MemoryPlan, mebibytes, type ProgramMemory, programMemory, total } from './memory_plan.js'
import { firstEpoch } from './train.js'

/** The arenas and the programs of all batch shapes, in the order the first epoch meets them. */
export interface TrainingPlan extends MemoryPlan {
  /** Bytes of the slots that all programs share. */
  readonly pool: number
  /** The same, had the largest batch come first: a pool opens a slot where none it holds is large enough. */
  readonly leastPool: number
}

/** Plans a run: everything is opened as in training, but nothing is run. Throws what opening it throws where it does not fit. */
export async function planTraining(gpu: Gpu, config: RunConfig): Promise<TrainingPlan> {
  const model = new SignModel(gpu, { training: true, precision: config.precision })
  const slots = new SlotPool(gpu)
  try {
    const data = await loadData(config)
    const options = trainingOptions(config)
    const programs = new Map<string, ProgramMemory>()
    for (const { group: description } of data) model.addLanguage(description, { seed: config.seed })
    for (const language of data) {
      for (const { clips, frames, tokens } of firstEpoch(config, language)) {
        const shape: BatchShape = { batch: clips.length, frames, tokens }
        const name = `${language.language} B ${shape.batch}, T ${frames}, U ${tokens}`
        if (programs.has(name)) continue
        const training = await TrainingProgram.record(gpu, model.group(language.language), shape, options, slots)
        programs.set(name, programMemory(name, training.program.steps.length, training.program.plan))
        training.destroy()
      }
    }
    const all = [...programs.values()]
    const largestFirst = all.toSorted((a, b) => total(b.slots) - total(a.slots))
    return { arenas: model.groups.flatMap(groupArenas), programs: all, pool: poolOf(all), leastPool: poolOf(largestFirst) }
  } finally {
    slots.destroy()
    model.destroy()
  }
}

/** Bytes of a pool that serves the programs in this order. */
function poolOf(programs: readonly ProgramMemory[]): number {
  const held: number[] = []
  for (const { slots } of programs) held.push(...slots.filter((_, i) => claimSlots(held, slots)[i] === undefined))
  return total(held)
}

/** The plan as text, with its sum. */
export function formatPlan(plan: TrainingPlan): string {
  const arenas = total(plan.arenas.map(({ bytes }) => bytes))
  const { pool, leastPool } = plan
  return [
    formatMemory(plan),
    '',
    `arenas ${mebibytes(arenas)} and shared slots ${mebibytes(pool)}: ${mebibytes(arenas + pool)} in all`,
    ...(pool > leastPool ? [`slots would be ${mebibytes(leastPool)}, were the largest batch recorded first`] : []),
  ].join('\n')
}
