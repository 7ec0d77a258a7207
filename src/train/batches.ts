// Which clips go together in which order. A pure function of seed and epoch: a resumed run plans the very epoch it was stopped in.

import { inTurns } from '../base/in_turns.js'
import { Random } from '../base/random.js'

/** What the plan needs to know of the examples of one group, by their numbers there. */
export interface GroupSizes {
  readonly length: number
  /** Frames or tokens that are to be predicted. */
  target(example: number): number
  /** Tokens that are read, with the closing one, or frames. */
  source(example: number): number
}

/** The same of one example, of whichever group. */
export interface ExampleSize {
  /** Whose parameters it trains: a language's, for one. */
  readonly group: string
  readonly target: number
  readonly source: number
}

export interface BatchPlan {
  /** All examples of a batch are of one group, since a group has its own parameters. */
  readonly group: string
  /** Indices into the examples given. */
  readonly examples: readonly number[]
  /** Lengths that every example of the batch is padded to. */
  readonly target: number
  readonly source: number
}

export interface EpochSettings {
  /** Examples a batch; the last batch of a group may hold fewer. */
  readonly size: number
  /** Padded lengths of the longer side are a multiple of this. Larger wastes more on padding, but leaves fewer shapes to record programs for. */
  readonly bucket: number
  /** The side that is longer by far, so that examples of like length there go together. Default `target`. */
  readonly longer?: 'target' | 'source'
  readonly seed: number
  readonly epoch: number
  /** `shuffle` (default) draws anew each epoch; `fixed` is the same from epoch to epoch, shortest targets first. */
  readonly order?: 'shuffle' | 'fixed'
  /** `turns` (default): one batch of each group in turn. `size`: each group's batches spread evenly over the epoch. */
  readonly languages?: 'turns' | 'size'
}

export interface GroupsSettings extends EpochSettings {
  /** Examples each group visits instead of all of its own, some perhaps more than once. */
  readonly drawn?: ReadonlyMap<string, readonly number[]>
}

/** Padded lengths of the other side are a multiple of this: sentences are short, so finer steps. */
const SHORTER_BUCKET = 4

/** Plans one epoch of examples that are numbered over all groups, as {@link planGroups}. */
export function planEpoch(examples: readonly ExampleSize[], settings: EpochSettings): BatchPlan[] {
  const byGroup = new Map<string, number[]>()
  examples.forEach(({ group }, i) => {
    const members = byGroup.get(group)
    if (members) members.push(i)
    else byGroup.set(group, [i])
  })
  const sizesOf = (members: readonly number[]): GroupSizes => ({
    length: members.length,
    target: (member) => examples[members[member]!]!.target,
    source: (member) => examples[members[member]!]!.source,
  })
  const plans = planGroups(new Map([...byGroup].map(([group, members]) => [group, sizesOf(members)])), settings)
  return plans.map((plan) => ({ ...plan, examples: plan.examples.map((member) => byGroup.get(plan.group)![member]!) }))
}

/**
 * Plans one epoch: every example exactly once, or those drawn, those of like length together, groups taking turns.
 *
 * A group with fewer batches drops out of the turns when it has none left, or, by size, has its turns less often.
 */
export function planGroups(groups: ReadonlyMap<string, GroupSizes>, settings: GroupsSettings): BatchPlan[] {
  const plans = [...groups].map(([group, sizes]) => {
    const visited = settings.drawn?.get(group) ?? Array.from({ length: sizes.length }, (_, i) => i)
    return planGroup(group, visited, sizes, settings)
  })
  return settings.languages === 'size' ? spread(plans) : inTurns(plans)
}

function planGroup(group: string, visited: readonly number[], sizes: GroupSizes, settings: EpochSettings): BatchPlan[] {
  const { size, bucket, seed, epoch, order = 'shuffle', longer = 'target' } = settings
  // A stream for each group: one more group leaves the plans of the others as they were.
  const random = order === 'shuffle' ? Random.for(seed, 'batches', group, epoch) : null
  // Shuffled first, then sorted by bucket alone: within a bucket, each epoch mixes anew.
  const inOrder = byBucket(random?.shuffled(visited) ?? visited, (i) => Math.ceil(sizes[longer](i) / bucket))
  const batches: BatchPlan[] = []
  for (let start = 0; start < inOrder.length; start += size) {
    const batch = inOrder.slice(start, start + size)
    const length = (side: 'target' | 'source') =>
      roundUp(Math.max(...batch.map((i) => sizes[side](i))), side === longer ? bucket : SHORTER_BUCKET)
    batches.push({ group, examples: batch, target: length('target'), source: length('source') })
  }
  return random?.shuffled(batches) ?? batches
}

/** Examples of the lowest bucket first, those of each as they came. */
function byBucket(examples: readonly number[], bucketOf: (example: number) => number): number[] {
  const buckets = new Map<number, number[]>()
  for (const example of examples) {
    const bucket = bucketOf(example)
    const own = buckets.get(bucket)
    if (own) own.push(example)
    else buckets.set(bucket, [example])
  }
  return [...buckets].sort(([a], [b]) => a - b).flatMap(([, own]) => own)
}

/** All lists in one, each list's batches at equal distances from the start to the end. */
function spread(lists: readonly (readonly BatchPlan[])[]): BatchPlan[] {
  const placed = lists.flatMap((list) => list.map((batch, i) => ({ batch, at: (i + 0.5) / list.length })))
  return placed.sort((a, b) => a.at - b.at).map(({ batch }) => batch)
}

function roundUp(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple
}

/** A batch's examples in passes of at most so many; null leaves it whole. */
export function passesOf({ examples }: BatchPlan, microBatch: number | null): readonly (readonly number[])[] {
  if (microBatch === null) return [examples]
  return Array.from({ length: Math.ceil(examples.length / microBatch) }, (_, i) => examples.slice(i * microBatch, (i + 1) * microBatch))
}
