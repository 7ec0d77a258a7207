// The forms of kernels that a run uses, kept with it: forms differ in rounding, and a run that goes on is to give the same bits.

import { join } from 'node:path'
import type { Gpu } from '../device/gpu.js'
import { readTuning, writeTuning } from '../device/tuning_file.js'

/** A new run keeps what the adapter was tuned to; one that goes on takes what it was begun with. Before anything is recorded. */
export async function settleTuning(gpu: Gpu, out: string, resumed: boolean): Promise<void> {
  const path = join(out, 'tuning.json')
  if (resumed) gpu.tuning = await readTuning(path, gpu.identity)
  else if (gpu.tuning) await writeTuning(path, gpu.tuning)
}
