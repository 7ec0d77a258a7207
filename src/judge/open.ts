// A judge out of its checkpoint.

import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Judge } from './judge.js'

export interface OpenJudgeOptions {
  /** Width of its beam search. Default: what the checkpoint was validated with. */
  readonly beams?: number | undefined
}

/** Opens the judge in a checkpoint. Throws ERR_CHECKPOINT for a file that holds none. */
export async function openJudge(_gpu: Gpu, path: string, _options: OpenJudgeOptions = {}): Promise<Judge> {
  const problem = 'wanted a judge, got a checkpoint, of which this version of signllm reads none as a judge'
  throw new SignError('ERR_CHECKPOINT', path, problem, 'Update signllm')
}
