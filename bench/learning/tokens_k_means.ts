// k-means with seeds drawn as k-means++ draws them: the same vectors and the same stream of random numbers give the same centres.

import type { Random } from '../../src/base/random.js'

const MOST_ROUNDS = 30

/** Vectors, one after another. */
export interface Vectors {
  readonly values: Float32Array
  /** Numbers of each. */
  readonly width: number
}

/** At most `k` centres: fewer where there are fewer vectors that differ. A centre that nobody is nearest to any more stays where it was. */
export function kMeans(vectors: Vectors, k: number, random: Random): Vectors {
  const { values, width } = vectors
  const centres = seeds(vectors, k, random)
  let before: Uint32Array | undefined
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const own = nearest(vectors, centres)
    if (before && own.every((centre, i) => centre === before![i])) break
    before = own
    const sums = new Float64Array(centres.values.length)
    const counts = new Uint32Array(centres.values.length / width)
    for (const [i, centre] of own.entries()) {
      counts[centre]!++
      for (let d = 0; d < width; d++) sums[centre * width + d]! += values[i * width + d]!
    }
    for (const [at, sum] of sums.entries()) {
      const count = counts[Math.floor(at / width)]!
      if (count > 0) centres.values[at] = sum / count
    }
  }
  return centres
}

/** Which centre each vector is nearest to by Euclidean distance; the first among equals. */
export function nearest({ values, width }: Vectors, centres: Vectors): Uint32Array {
  const count = centres.values.length / width
  return Uint32Array.from({ length: values.length / width }, (_, i) => {
    let [best, least] = [0, Number.POSITIVE_INFINITY]
    for (let c = 0; c < count; c++) {
      const distance = squaredDistance(values, i * width, centres.values, c * width, width, least)
      if (distance < least) [best, least] = [c, distance]
    }
    return best
  })
}

/** A vector, then each time one drawn with a probability in proportion to its squared distance to the nearest that was drawn before. */
function seeds({ values, width }: Vectors, k: number, random: Random): Vectors {
  const count = values.length / width
  const chosen = [random.below(count)]
  const least = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  while (chosen.length < k) {
    const latest = chosen.at(-1)!
    let sum = 0
    for (let i = 0; i < count; i++) {
      least[i] = Math.min(least[i]!, squaredDistance(values, i * width, values, latest * width, width, least[i]!))
      sum += least[i]!
    }
    if (sum <= count * SAME) break
    chosen.push(drawnIn(least, random.uniform() * sum))
  }
  const centres = new Float32Array(chosen.length * width)
  for (const [c, i] of chosen.entries()) centres.set(values.subarray(i * width, (i + 1) * width), c * width)
  return { values: centres, width }
}

/** Where the running sum of `weights` passes `at`. Rounding may leave a little after the last one, which is then drawn. */
function drawnIn(weights: Float64Array, at: number): number {
  let left = at
  for (const [i, weight] of weights.entries()) {
    if (left < weight) return i
    left -= weight
  }
  return weights.findLastIndex((weight) => weight > 0)
}

/** Vectors no further apart than this, squared, differ by rounding alone. */
const SAME = 1e-9

/** Stops early where it is `enough` already. */
function squaredDistance(a: Float32Array, from: number, b: Float32Array, to: number, width: number, enough: number): number {
  let sum = 0
  for (let d = 0; d < width && sum < enough; d++) {
    const gap = a[from + d]! - b[to + d]!
    sum += gap * gap
  }
  return sum
}
