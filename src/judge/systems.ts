// Whose motions are judged: the model's, the signers' own, and what a model must beat, each with a motion for every clip of the split.

import { Random } from '../base/random.js'
import { heldFrame, meanFrame, nearestNeighbour, randomClip } from '../metrics/baselines.js'
import type { Clip, Motion } from '../motion/clip.js'

/** In the order in which they are told. */
export const systemNames = ['generated', 'ground truth', 'mean pose', 'random clip', 'nearest neighbour', 'shuffled references'] as const
export type SystemName = (typeof systemNames)[number]

/** What is best and worst of what a judge can say: real signing under its own texts, and under those of others. */
export const CEILING: SystemName = 'ground truth'
export const FLOOR: SystemName = 'shuffled references'

export interface System {
  readonly name: SystemName
  /** One for each clip of the split. The same object where two clips are shown the same motion. */
  readonly motions: readonly Motion[]
}

export interface SystemsInput {
  /** The split that is judged. */
  readonly clips: readonly Clip[]
  /** What the model made of each; absent where the judge itself is looked at. */
  readonly generated?: readonly Motion[] | undefined
  /** What the model learned from; without it, three of the systems are left out. */
  readonly train: readonly Clip[]
  readonly seed: number
}

/** The systems that can be made, in the order of {@link systemNames}. One clip alone has no other text to stand under, and so no floor. */
export function systemsOf({ clips, generated, train, seed }: SystemsInput): System[] {
  const others = shuffle(clips, seed)
  const made: Partial<Record<SystemName, readonly Motion[]>> = {
    ...(generated && { generated }),
    'ground truth': clips,
    ...(train.length > 0 && baselines(clips, train, seed)),
    ...(others && { 'shuffled references': others.map((i) => clips[i]!) }),
  }
  return systemNames.flatMap((name) => (made[name] ? [{ name, motions: made[name] }] : []))
}

/** From the training clips of a clip's own language, or from all where that language has none. */
function baselines(clips: readonly Clip[], train: readonly Clip[], seed: number): Partial<Record<SystemName, readonly Motion[]>> {
  const draws = Random.for(seed, 'evaluation', 'random clip')
  const own = new Map<string, { readonly clips: readonly Clip[]; readonly pose: Motion }>()
  for (const language of new Set(clips.map((clip) => clip.language))) {
    const some = train.filter((clip) => clip.language === language)
    const trained = some.length > 0 ? some : train
    own.set(language, { clips: trained, pose: meanFrame(trained) })
  }
  const stills = new Map<string, Motion>()
  const still = ({ language, frames, fps }: Clip): Motion => {
    const key = `${language} ${frames} ${fps}`
    if (!stills.has(key)) stills.set(key, heldFrame(own.get(language)!.pose, { frames, fps }))
    return stills.get(key)!
  }
  return {
    'mean pose': clips.map(still),
    'random clip': clips.map(({ language }) => randomClip(own.get(language)!.clips, draws.bits())),
    'nearest neighbour': clips.map(({ language, text }) => nearestNeighbour(own.get(language)!.clips, text)),
  }
}

/**
 * For each clip another one of its language, with another text wherever no text has more than half of them; of a language with one clip, any other.
 * Undefined for a single clip.
 */
function shuffle(clips: readonly Clip[], seed: number): number[] | undefined {
  if (clips.length < 2) return undefined
  const order = clips.map((_, i) => (i + 1) % clips.length)
  const drawn = Random.for(seed, 'evaluation', 'shuffled references')
  for (const language of new Set(clips.map((clip) => clip.language))) {
    const own = drawn.shuffled(clips.flatMap((clip, i) => (clip.language === language ? [i] : [])))
    if (own.length < 2) continue
    const byText = new Map<string, number[]>()
    for (const i of own) byText.set(clips[i]!.text, [...(byText.get(clips[i]!.text) ?? []), i])
    const groups = [...byText.values()]
    // Rotated by the largest group of one text, no smaller group falls on itself.
    const line = groups.flat()
    const by = Math.min(line.length - 1, Math.max(...groups.map((group) => group.length)))
    line.forEach((i, at) => {
      order[i] = line[(at + by) % line.length]!
    })
  }
  return order
}
