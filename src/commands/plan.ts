// `signllm plan run.yaml`: the memory a run will take, before it is started.

import { planTraining, type TrainingPlan } from '../profile/plan.js'
import { loadTaskRun } from '../tasks/run_file.js'
import { openAdapter, openAsRun, warn } from './adapter.js'

/** Plans the run on the adapter it would use. Throws what `loadTaskRun`, `openAdapter` and `planTraining` throw. */
export async function plan(path: string, options: { adapter?: string | undefined } = {}): Promise<TrainingPlan> {
  const run = await loadTaskRun(path, warn)
  const { gpu } = await openAdapter(openAsRun(run.config, options.adapter))
  try {
    return await planTraining(gpu, run)
  } finally {
    await gpu.destroy()
  }
}
