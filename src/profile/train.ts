// Training as work to be profiled: a run's own step, again and again on one batch.

import type { Gpu } from '../device/gpu.js'
import type { BatchPlan } from '../train/batches.js'
import type { AnyTask, TaskRun, Training } from '../train/task.js'
import { Trainer } from '../train/trainer.js'
import type { Subject } from './collect.js'
import { groupArenas } from './memory_plan.js'

export interface TrainSubject extends Subject {
  readonly training: Training
  destroy(): Promise<void>
}

/** Batches of an epoch, all the same: at its end a trainer waits for every report, which no step of a long run's epoch does. */
const EPOCH = 200

/** A run's training step with the weights it begins with, on the batch of its first group that is of middling size. Nothing is validated or saved. */
export async function trainSubject(gpu: Gpu, { task, config }: TaskRun): Promise<TrainSubject> {
  const loaded = await task.load(config, { resumed: false })
  const { training } = await loaded.begin(gpu)
  const batches = training.planEpoch(0)
  const batch = middling(batches.filter(({ group }) => group === batches[0]!.group))
  const trainer = new Trainer(config, training, { owns: true, plan: Array.from({ length: EPOCH }, () => batch) })
  const group = training.groups.find(({ name }) => name === batch.group)!
  return {
    command: 'train',
    subject: `training step of ${task.name} ${config.model.preset}, ${trainer.parameters} parameters, ${describeShape(batch, task)}`,
    arenas: groupArenas(group),
    step: () => trainer.trainStep(),
    among: () => betweenReports(trainer),
    training,
    destroy: () => trainer.destroy(),
  }
}

/** A batch's group and sizes, with padding. */
export function describeShape(
  { group, examples, target, source }: BatchPlan,
  { unit, lengths }: Pick<AnyTask, 'unit' | 'lengths'>,
): string {
  const counts = lengths ?? { target: `${unit}s`, source: 'tokens' }
  return `${group === '' ? '' : `${group}: `}batch ${examples.length}, ${target} target ${counts.target}, ${source} source ${counts.source}`
}

/** Milliseconds from one step's report to the next one's, the GPU never without work: as steps follow each other in a run. */
async function betweenReports(trainer: Trainer): Promise<number> {
  const [first, second] = [await trainer.submitStep(), await trainer.submitStep()]
  await first.read()
  const began = performance.now()
  const third = await trainer.submitStep()
  await second.read()
  const ended = performance.now()
  await third.read()
  return ended - began
}

function middling(batches: readonly BatchPlan[]): BatchPlan {
  const cells = ({ examples, target }: BatchPlan) => examples.length * target
  return batches.toSorted((a, b) => cells(a) - cells(b))[batches.length >> 1]!
}
