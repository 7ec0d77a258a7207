// `signllm plan run.yaml`: the memory a run will take, before it is started.

import { planTraining, type TrainingPlan } from '../profile/plan.js'
import { loadTaskRun } from '../tasks/run_file.js'
import { openAdapter, openAsRun } from './adapter.js'
import { type Listener, warn } from './say.js'

/** Plans the run on the adapter it would use. Throws what `loadTaskRun`, `openAdapter` and `planTraining` throw. */
export async function plan(path: string, options: { adapter?: string | undefined } & Listener = {}): Promise<TrainingPlan> {
  const run = await loadTaskRun(path, (note) => warn(note, options))
  const { gpu } = await openAdapter(openAsRun(run.config, options.adapter), options)
  try {
    return await planTraining(gpu, run)
  } finally {
    await gpu.destroy()
  }
}
