// Whether ranks train the same thing. Sums are the same bits on all; what each makes of them must be too, or weights drift apart in silence.

import { createHash } from 'node:crypto'
import { type Communicator, EndedElsewhere, gatherValues } from '../../base/communicator.js'
import { type ErrorCode, exitStatus, SignError } from '../../base/errors.js'
import type { BatchPlan } from '../batches.js'
import type { TrainedGroup } from '../task.js'

/** What is to be the same on all ranks. */
export interface Alike {
  /** The adapter with its driver: others round otherwise. */
  readonly adapter: string
  /** The run file, complete. */
  readonly config: object
  /** The batches of the epoch, which tell of the data. */
  readonly plan: readonly BatchPlan[]
  readonly groups: readonly TrainedGroup[]
}

/** Throws ERR_CONFIG on the first rank, saying in what the first that differs does so; the others then throw {@link EndedElsewhere}. */
export async function checkAlike(ranks: Communicator, { adapter, config, plan, groups }: Alike): Promise<void> {
  const own = {
    adapter,
    'run file': hashOf(JSON.stringify(config)),
    data: hashOf(JSON.stringify(plan)),
    weights: await weightsHash(groups),
  }
  await refuseDifference(ranks, own, 'ERR_CONFIG', 'Start all ranks with the same run file, data and version of signllm, on like GPUs')
}

/** As {@link checkAlike}, ERR_DIVERGED where weights are no longer the same. */
export async function checkWeights(ranks: Communicator, groups: readonly TrainedGroup[]): Promise<void> {
  const own = { weights: await weightsHash(groups) }
  await refuseDifference(ranks, own, 'ERR_DIVERGED', 'Go on from the last checkpoint with --resume, without the machine of that rank')
}

type Facts = Readonly<Record<string, string>>

async function refuseDifference(ranks: Communicator, own: Facts, code: ErrorCode, advice: string): Promise<void> {
  const facts = await gatherValues(ranks, own)
  for (const [rank, other] of facts.entries()) {
    const what = Object.keys(other).find((name) => other[name] !== facts[0]![name])
    if (what === undefined) continue
    const problem = `wanted the same ${what} on all ranks, got ${facts[0]![what]!} on rank 0 and ${other[what]!} on rank ${rank}`
    await ranks.close()
    throw ranks.rank === 0 ? new SignError(code, 'ranks', problem, advice) : new EndedElsewhere(0, exitStatus[code])
  }
}

const hashOf = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 12)

async function weightsHash(groups: readonly TrainedGroup[]): Promise<string> {
  const hash = createHash('sha1')
  for (const { weights } of groups) for (const { data } of (await weights.save()).values()) hash.update(data)
  return hash.digest('hex').slice(0, 12)
}
