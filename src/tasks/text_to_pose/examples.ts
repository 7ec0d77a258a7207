// The training clips of a group as a plan and a batch ask for them, whether they are in memory or on a disk.

import { drawLanguages, type LanguageDraw } from '../../train/language_draw.js'
import type { Sample } from './batch.js'

/** Examples by their numbers from 0 on. */
export interface Examples {
  readonly length: number
  frames(example: number): number
  /** Tokens of its sentence as the model reads it. */
  tokens(example: number): number
  name(example: number): string
  /** Of the clip, in a group of several. */
  language(example: number): string
}

/** Samples in memory as examples. */
export function inMemory(samples: readonly Sample[]): Examples {
  return {
    length: samples.length,
    frames: (example) => samples[example]!.clip.frames,
    tokens: (example) => samples[example]!.ids.length,
    name: (example) => samples[example]!.clip.name,
    language: (example) => samples[example]!.clip.language,
  }
}

/** All numbers of examples. */
export const numbersOf = ({ length }: Examples): number[] => Array.from({ length }, (_, example) => example)

/** The examples that an epoch visits of each group, drawn as {@link drawLanguages} draws those of languages, of which a group may have several. */
export function drawGroups(groups: ReadonlyMap<string, Examples>, draw: LanguageDraw): Map<string, readonly number[]> {
  const groupOf = new Map<string, string>()
  const members = new Map<string, number[]>()
  for (const [group, examples] of groups)
    for (let example = 0; example < examples.length; example++) {
      const language = examples.language(example)
      groupOf.set(language, group)
      const own = members.get(language)
      if (own) own.push(example)
      else members.set(language, [example])
    }
  const drawn = [...drawLanguages(members, draw)]
  return new Map(
    [...groups.keys()].map((group) => [group, drawn.flatMap(([language, clips]) => (groupOf.get(language) === group ? clips : []))]),
  )
}
