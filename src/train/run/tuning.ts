// The variants of kernels that a run uses, kept with it: variants differ in rounding, and a run that goes on is to give the same bits.

import { join } from 'node:path'
import type { Gpu } from '../../device/gpu.js'
import { readTuning, writeTuning } from '../../platform/node/tuning_file.js'

/**
 * The Gpu as the run takes it: a new run keeps what the adapter was tuned to; one that goes on takes what it was begun with. Others on the
 * same Gpu, another run for one, keep theirs.
 */
export async function settleTuning(gpu: Gpu, out: string, resumed: boolean): Promise<Gpu> {
  const path = join(out, 'tuning.json')
  if (resumed) return gpu.tunedAs(await readTuning(path, gpu.identity))
  const { tuning } = gpu
  if (tuning) await writeTuning(path, tuning)
  return gpu.tunedAs(tuning)
}
