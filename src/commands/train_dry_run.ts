// `signllm train run.yaml --dry-run`: what each rank would get, and nothing trained or written.

import { hostname } from 'node:os'
import { type Communicator, gatherValues, together } from '../base/communicator.js'
import { counted } from '../base/counted.js'
import { formatTable } from '../base/table.js'
import { loadTaskRun } from '../tasks/run_file.js'
import { passSize, refuseWhole, sharesOf } from '../train/ranks/shares.js'
import { openAdapter, openAsRun } from './adapter.js'
import { type Listener, warn } from './say.js'

export interface DryRunOptions extends Listener {
  readonly adapter?: string | undefined
  readonly ranks?: Communicator | undefined
}

/** What a rank would get. */
export interface RankPart {
  readonly rank: number
  readonly host: string
  readonly adapter: string
  /** The GPU's place on the PCI bus, where there are several. */
  readonly place: string | undefined
  /** Examples of an epoch that it goes through. */
  readonly examples: number
  /** Passes in the largest batch, and examples in each. */
  readonly passes: readonly number[]
}

export interface DryRun {
  readonly out: string
  /** Examples trained on, and batches of an epoch. */
  readonly examples: number
  readonly batches: number
  readonly ranks: readonly RankPart[]
}

/** Opens the adapter, loads the data and plans the first epoch, on each rank. Throws what a training would throw until there. */
export async function dryRun(path: string, options: DryRunOptions): Promise<DryRun> {
  const { ranks } = options
  const [rank, size] = [ranks?.rank ?? 0, ranks?.size ?? 1]
  const { task, config } = await together(ranks, () => loadTaskRun(path, (note) => warn(note, options)))
  const { gpu, report } = await together(ranks, () =>
    openAdapter({ ...openAsRun(config, options.adapter), index: ranks?.localRank }, options),
  )
  try {
    const { plan, examples } = await together(ranks, async () => {
      if (ranks) refuseWhole(task, config, size)
      const { training } = await (await task.load(config, { resumed: false })).begin(gpu)
      const plan = training.planEpoch(0)
      const { examples } = training
      await training.destroy()
      return { plan, examples }
    })
    const most = passSize(config.batch.size, config.batch.microBatch, size)
    const own = plan.map((batch) => sharesOf(batch, most, size)[rank]!.passes.map((pass) => pass.length))
    const largest = plan.reduce((best, batch, i) => (batch.examples.length > plan[best]!.examples.length ? i : best), 0)
    const part: RankPart = {
      rank,
      host: hostname(),
      adapter: report.name,
      place: report.place,
      examples: own.flat().reduce((sum, n) => sum + n, 0),
      passes: own[largest] ?? [],
    }
    return { out: config.out, examples, batches: plan.length, ranks: ranks ? await gatherValues(ranks, part) : [part] }
  } finally {
    await gpu.destroy()
  }
}

/** As a table for people. */
export function formatDryRun({ out, examples, batches, ranks }: DryRun): string {
  const rows = ranks.map(({ rank, host, adapter, place, examples, passes }) => [
    String(rank),
    host,
    place === undefined ? adapter : `${adapter} at ${place}`,
    String(examples),
    passes.join(' + ') || 'none',
  ])
  const table = formatTable([['rank', 'host', 'adapter', 'examples an epoch', 'examples a pass'], ...rows])
  return `${counted(examples, 'example')}, ${counted(batches, 'batch', 'batches')} an epoch on ${counted(ranks.length, 'rank')}; rank 0 would write into ${out}\n${table}`
}
