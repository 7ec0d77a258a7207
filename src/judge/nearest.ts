// The training clip that each motion is most like: each motion is looked up once, however many systems share it.

import { telling, type Watched } from '../base/progress.js'
import { type NearestTraining, nearestTraining } from '../metrics/nearest_training.js'
import type { Clip, Motion } from '../motion/clip.js'
import type { System } from './systems.js'

/** Motions that are looked up before signals and timers are heard. */
const AT_ONCE = 16

export interface NearestOptions extends Watched {
  readonly signal?: AbortSignal | undefined
}

/** The nearest training clip of every motion of the systems, among those of the language of its clip, or among all where that language has none. Empty without any. */
export async function nearestOnce(
  systems: readonly System[],
  clips: readonly Clip[],
  train: readonly Clip[],
  { signal, onProgress }: NearestOptions = {},
): Promise<ReadonlyMap<Motion, NearestTraining>> {
  const found = new Map<Motion, NearestTraining>()
  if (train.length === 0) return found
  const languageOf = new Map<Motion, string>()
  for (const { motions } of systems)
    for (const [i, motion] of motions.entries()) if (!languageOf.has(motion)) languageOf.set(motion, clips[i]!.language)
  // What was taken out of the training clips is itself.
  for (const clip of train) if (languageOf.delete(clip)) found.set(clip, { name: clip.name, distance: 0 })

  const tell = telling(onProgress, { work: 'nearest training clips', unit: 'motion', all: languageOf.size })
  let done = 0
  for (const language of new Set(languageOf.values())) {
    const own = train.filter((clip) => clip.language === language)
    const motions = [...languageOf].flatMap(([motion, its]) => (its === language ? [motion] : []))
    for (let first = 0; first < motions.length; first += AT_ONCE) {
      signal?.throwIfAborted()
      const some = motions.slice(first, first + AT_ONCE)
      const nearest = nearestTraining(some, own.length > 0 ? own : train)
      for (const [i, motion] of some.entries()) found.set(motion, nearest[i]!)
      done += some.length
      tell(done)
      await turn()
    }
  }
  return found
}

/** Lets signals and timers be heard between stretches of work. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
