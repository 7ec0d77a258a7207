// `signllm plan run.yaml`: the memory a run will take, before it is started.

import { planTraining, type TrainingPlan } from '../profile/plan.js'
import { loadRunConfig } from '../train/run_file.js'
import { openAdapter, openAsRun } from './adapter.js'

/** Plans the run on the adapter it would use. Throws what `loadRunConfig`, `openAdapter` and `planTraining` throw. */
export async function plan(path: string, options: { adapter?: string | undefined } = {}): Promise<TrainingPlan> {
  const config = await loadRunConfig(path)
  const { gpu } = await openAdapter(openAsRun(config, options.adapter))
  try {
    return await planTraining(gpu, config)
  } finally {
    await gpu.dispose()
  }
}
