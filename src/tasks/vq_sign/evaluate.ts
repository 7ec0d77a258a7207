// How well a VQ-Sign model predicts clips it has not seen, and how many of its codes it needs for them.

import { Random } from '../../base/random.js'
import type { ReadCodes } from '../../infer/code_reader.js'
import { perplexity, usage } from '../../metrics/code_usage.js'
import type { VqSignConfig } from '../../model/vq_sign.js'
import type { Validation } from '../../train/task.js'

/** What a validation gives. */
export interface CodeScores {
  readonly clips: number
  readonly tokens: number
  /** Share of predictions that fit the token that comes better than every one of other clips that they are held against. */
  readonly accuracy: number
  /** What guessing would give. */
  readonly chance: number
  /** Mean squared distance of a token to its code, a number of it. */
  readonly distance: number
  /** Codes that any token has. */
  readonly codesUsed: number
  readonly perplexity: number
}

/** Scores clips. Each prediction is held against `negatives` tokens of other clips, drawn by the seed; of a clip alone, against others of its own. */
export function scoreCodes(
  read: readonly ReadCodes[],
  { codes, width, steps }: Pick<VqSignConfig, 'codes' | 'width' | 'steps'>,
  { negatives, seed }: { readonly negatives: number; readonly seed: number },
): Validation<CodeScores> {
  const random = Random.for(seed, 'held-out predictions')
  const places = read.flatMap((clip, b) => [...clip.codes.keys()].map((t) => ({ b, t })))
  const signOf = ({ b, t }: { b: number; t: number }) => read[b]!.signs.subarray(t * width, (t + 1) * width)
  let [right, predictions] = [0, 0]
  for (const [b, { codes: own, predicted }] of read.entries()) {
    const others = read.length > 1 ? places.filter((place) => place.b !== b) : places
    for (let t = 0; t < own.length; t++) {
      for (let k = 0; k < steps && t + k + 1 < own.length; k++) {
        const h = predicted.subarray((t * steps + k) * width, (t * steps + k + 1) * width)
        const comes = dot(h, signOf({ b, t: t + k + 1 }))
        const beaten = Array.from({ length: negatives }, () => others[random.below(others.length)]!).every(
          (other) => dot(h, signOf(other)) < comes,
        )
        predictions++
        if (beaten) right++
      }
    }
  }
  const taken = read.reduce((sum, clip) => sum + clip.codes.length, 0)
  const times = usage(
    read.flatMap((clip) => [...clip.codes]),
    codes,
  )
  const result = {
    clips: read.length,
    tokens: taken,
    accuracy: predictions > 0 ? right / predictions : 0,
    chance: 1 / (1 + negatives),
    distance: read.reduce((sum, { distances }) => sum + distances.reduce((all, one) => all + one, 0), 0) / (taken * width),
    codesUsed: times.filter((count) => count > 0).length,
    perplexity: perplexity(times),
  }
  return {
    result,
    score: 1 - result.accuracy,
    scalars: {
      'dev/accuracy': result.accuracy,
      'dev/distance': result.distance,
      'dev/codesUsed': result.codesUsed,
      'dev/perplexity': result.perplexity,
    },
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** A line for people. */
export function formatCodeScores({ clips, tokens, accuracy, chance, codesUsed, perplexity: hard, distance }: CodeScores): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  return [
    `${percent(accuracy)} of what comes told from other clips (by chance ${percent(chance)})`,
    `${codesUsed} codes used, perplexity ${hard.toFixed(1)}, distance ${distance.toFixed(3)}`,
    `${tokens} tokens of ${clips} clips`,
  ].join('; ')
}
