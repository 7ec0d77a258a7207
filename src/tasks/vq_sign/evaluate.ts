// How well a VQ-Sign model predicts clips it has not seen, and how many of its codes it needs for them.

import { Random } from '../../base/random.js'
import type { ReadCodes } from '../../infer/code_reader.js'
import { perplexity, usage } from '../../metrics/code_usage.js'
import type { VqSignConfig } from '../../model/vq_sign.js'
import type { Validation } from '../../train/task.js'
import type { VqSignRunConfig } from './config.js'

/** What a validation gives. */
export interface CodeScores {
  readonly clips: number
  readonly tokens: number
  /** Whose tokens predictions are held against. */
  readonly against: 'other-clips' | 'own-clip'
  /** Share of predictions that fit the token that comes better than all of those. */
  readonly accuracy: number
  /** What guessing would give. */
  readonly chance: number
  /** Mean squared distance of a token to its code, a number of it. */
  readonly distance: number
  /** Codes that any token has. */
  readonly codesUsed: number
  readonly perplexity: number
}

/** Scores clips. Each prediction is held against `negatives` tokens of other clips, drawn by the seed, or of its own, as those of a clip alone are. */
export function scoreCodes(
  read: readonly ReadCodes[],
  { codes, width, steps }: Pick<VqSignConfig, 'codes' | 'width' | 'steps'>,
  { negatives, against, seed }: Pick<VqSignRunConfig['loss'], 'negatives' | 'against'> & { readonly seed: number },
): Validation<CodeScores> {
  const random = Random.for(seed, 'held-out predictions')
  const places = read.flatMap((clip, b) => [...clip.codes.keys()].map((t) => ({ b, t })))
  const signOf = ({ b, t }: { b: number; t: number }) => read[b]!.signs.subarray(t * width, (t + 1) * width)
  let [right, predictions] = [0, 0]
  for (const [b, { codes: own, predicted }] of read.entries()) {
    const isOwn = against === 'own-clip' || read.length === 1
    const others = places.filter((place) => (place.b === b) === isOwn)
    for (let t = 0; t < own.length; t++) {
      for (let k = 0; k < steps && t + k + 1 < own.length; k++) {
        const h = predicted.subarray((t * steps + k) * width, (t * steps + k + 1) * width)
        const comes = dot(h, signOf({ b, t: t + k + 1 }))
        const drawn = Array.from({ length: negatives }, () => otherThan(t + k + 1, others, isOwn, random))
        const beaten = drawn.every((other) => dot(h, signOf(other)) < comes)
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
    against,
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

/** One of some places; of a clip's own, another than the one that comes. */
function otherThan<Place>(comes: number, places: readonly Place[], isOwn: boolean, random: Random): Place {
  return isOwn ? places[(comes + 1 + random.below(places.length - 1)) % places.length]! : places[random.below(places.length)]!
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** A line for people. */
export function formatCodeScores({ clips, tokens, against, accuracy, chance, codesUsed, perplexity: hard, distance }: CodeScores): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  return [
    `${percent(accuracy)} of what comes told from ${against === 'own-clip' ? 'the rest of its clip' : 'other clips'} (by chance ${percent(chance)})`,
    `${codesUsed} codes used, perplexity ${hard.toFixed(1)}, distance ${distance.toFixed(3)}`,
    `${tokens} tokens of ${clips} clips`,
  ].join('; ')
}
