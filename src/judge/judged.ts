// What judges say of motions: each motion is shown once, however many systems share it.

import { bug } from '../base/errors.js'
import type { Motion } from '../motion/clip.js'
import type { Judge, TranslateOptions, Translation } from './judge.js'
import type { System } from './systems.js'

/** A translation of every motion of the systems. */
export async function translateOnce(
  judge: Judge,
  systems: readonly System[],
  options: TranslateOptions,
): Promise<ReadonlyMap<Motion, Translation>> {
  const motions = distinct(systems)
  return paired(judge, motions, await judge.translate(motions, options))
}

/** The features of every motion of the systems. */
export async function featuresOnce(judge: Judge, systems: readonly System[]): Promise<ReadonlyMap<Motion, Float32Array>> {
  const motions = distinct(systems)
  return paired(judge, motions, await judge.features(motions))
}

const distinct = (systems: readonly System[]): Motion[] => [...new Set(systems.flatMap(({ motions }) => motions))]

function paired<T>(judge: Judge, motions: readonly Motion[], said: readonly T[]): ReadonlyMap<Motion, T> {
  if (said.length !== motions.length) throw bug(judge.name, `wanted an answer for each of ${motions.length} motions, got ${said.length}`)
  return new Map(motions.map((motion, i) => [motion, said[i]!]))
}
