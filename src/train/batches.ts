// Which clips go together in which order. A pure function of seed and epoch: a resumed run plans the very epoch it was stopped in.

import { Random } from '../base/random.js'

/** What the plan needs to know of a clip. */
export interface ClipSize {
  readonly language: string
  readonly frames: number
  /** Source tokens with the closing `</s>`. */
  readonly tokens: number
}

export interface BatchPlan {
  /** All clips of a batch are of one language, since a language has its own weights. */
  readonly language: string
  /** Indices into the clips given. */
  readonly clips: readonly number[]
  /** Frames and tokens that every clip of the batch is padded to. */
  readonly frames: number
  readonly tokens: number
}

export interface EpochSettings {
  /** Clips a batch; the last batch of a language may hold fewer. */
  readonly size: number
  /** Padded frames are a multiple of this. Larger wastes more on padding, but leaves fewer shapes to record programs for. */
  readonly bucket: number
  readonly seed: number
  readonly epoch: number
  /** `shuffle` (default) draws anew each epoch; `fixed` is the same from epoch to epoch, shortest clips first. */
  readonly order?: 'shuffle' | 'fixed'
  /** `turns` (default): one batch of each language in turn. `size`: each language's batches spread evenly over the epoch. */
  readonly languages?: 'turns' | 'size'
  /** Clips each language visits instead of all of its own, some perhaps more than once. */
  readonly drawn?: ReadonlyMap<string, readonly number[]>
}

/** Padded tokens are a multiple of this: sentences are short, so finer steps than for frames. */
const TOKEN_BUCKET = 4

/**
 * Plans one epoch: every clip exactly once, or those drawn, clips of similar length together, languages taking turns.
 *
 * A language with fewer batches drops out of the turns when it has none left, or, by size, has its turns less often.
 */
export function planEpoch(clips: readonly ClipSize[], settings: EpochSettings): BatchPlan[] {
  const byLanguage = new Map<string, number[]>()
  clips.forEach(({ language }, i) => {
    const members = byLanguage.get(language)
    if (members) members.push(i)
    else byLanguage.set(language, [i])
  })
  const plans = [...byLanguage].map(([language, members]) =>
    planLanguage(language, settings.drawn?.get(language) ?? members, clips, settings),
  )
  return settings.languages === 'size' ? spread(plans) : takeTurns(plans)
}

function planLanguage(language: string, members: readonly number[], clips: readonly ClipSize[], settings: EpochSettings): BatchPlan[] {
  const { size, bucket, seed, epoch, order = 'shuffle' } = settings
  // A stream for each language: one more language leaves the plans of the others as they were.
  const random = order === 'shuffle' ? Random.for(seed, 'batches', language, epoch) : null
  const bucketOf = (i: number) => Math.ceil(clips[i]!.frames / bucket)
  // Shuffled first, then sorted by bucket alone: within a bucket, each epoch mixes anew.
  const inOrder = (random?.shuffled(members) ?? members.slice()).sort((a, b) => bucketOf(a) - bucketOf(b))
  const batches: BatchPlan[] = []
  for (let start = 0; start < inOrder.length; start += size) {
    const batch = inOrder.slice(start, start + size)
    batches.push({
      language,
      clips: batch,
      frames: roundUp(Math.max(...batch.map((i) => clips[i]!.frames)), bucket),
      tokens: roundUp(Math.max(...batch.map((i) => clips[i]!.tokens)), TOKEN_BUCKET),
    })
  }
  return random?.shuffled(batches) ?? batches
}

/** One batch of each list in turn, until all are used up. */
function takeTurns(lists: readonly (readonly BatchPlan[])[]): BatchPlan[] {
  const turns = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: turns }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat()
}

/** All lists in one, each list's batches at equal distances from the start to the end. */
function spread(lists: readonly (readonly BatchPlan[])[]): BatchPlan[] {
  const placed = lists.flatMap((list) => list.map((batch, i) => ({ batch, at: (i + 0.5) / list.length })))
  return placed.sort((a, b) => a.at - b.at).map(({ batch }) => batch)
}

function roundUp(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple
}
