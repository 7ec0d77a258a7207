// A training run's memory, planned before anything is trained: each language's arenas, and the slots of every batch shape of an epoch.

import type { Gpu } from '../device/gpu.js'
import { claimSlots, SlotPool } from '../device/memory.js'
import type { Program } from '../device/program.js'
import { passesOf } from '../train/batches.js'
import { passShape } from '../train/passes.js'
import type { TaskRun } from '../train/task.js'
import { recordFeatures, recordStep } from '../train/trainer.js'
import { formatMemory, groupArenas, type MemoryPlan, mebibytes, type ProgramMemory, programMemory, total } from './memory_plan.js'
import { formatParts, type PartParameters, partParameters } from './parameter_parts.js'
import { describeShape } from './train.js'

/** The arenas and the programs of all batch shapes, in the order the first epoch meets them. */
export interface TrainingPlan extends MemoryPlan {
  /** Of each part of the models. */
  readonly parameters: readonly PartParameters[]
  /** Bytes of the slots that all programs share. */
  readonly pool: number
  /** The same, had the largest batch come first: a pool opens a slot where none it holds is large enough. */
  readonly leastPool: number
}

/** Plans a run: everything is opened as in training, but nothing is run. Throws what opening it throws where it does not fit. */
export async function planTraining(gpu: Gpu, { task, config }: TaskRun): Promise<TrainingPlan> {
  const loaded = await task.load(config, { resumed: false })
  const { training } = await loaded.begin(gpu)
  const slots = new SlotPool(gpu)
  try {
    const programs = new Map<string, ProgramMemory>()
    for (const plan of training.planEpoch(0)) {
      const passes = passesOf(plan, config.batch.microBatch)
      const gathers = passes.length > 1 && training.compared?.group === plan.group
      for (const examples of passes) {
        const name = describeShape({ ...plan, examples }, task)
        if (programs.has(name)) continue
        const shape = passShape(plan, examples)
        const add = (own: string, { program }: { readonly program: Program }) => {
          programs.set(own, programMemory(own, program.steps.length, program.plan))
          program.destroy()
        }
        if (gathers) add(`${name}, features alone`, await recordFeatures(gpu, training, shape, slots))
        add(name, await recordStep(gpu, training, shape, config, slots))
      }
    }
    const all = [...programs.values()]
    const largestFirst = all.toSorted((a, b) => total(b.slots) - total(a.slots))
    const parameters = training.groups.flatMap(partParameters)
    return { parameters, arenas: training.groups.flatMap(groupArenas), programs: all, pool: poolOf(all), leastPool: poolOf(largestFirst) }
  } finally {
    slots.destroy()
    await training.destroy()
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
    formatParts(plan.parameters),
    '',
    formatMemory(plan),
    '',
    `weights and optimiser state ${mebibytes(arenas)} + shared activation buffers ${mebibytes(pool)} = ${mebibytes(arenas + pool)}`,
    ...(pool > leastPool ? [`the activation buffers would take ${mebibytes(leastPool)} if the largest batch came first`] : []),
  ].join('\n')
}
