// What each number of a batch counts in the loss on points.

import { outputNumbers, presets, regressedNumbers } from '../../model/config.js'
import { frameColumns, outputColumns } from '../../model/frame_columns.js'
import type { GroupDescription } from '../../model/sign_model.js'
import { layouts } from '../../motion/layout/layouts.js'
import { pointColumn } from '../../ops/point_loss.js'
import type { Sample } from './batch.js'
import type { RunConfig } from './config.js'

/** What points count in the loss. */
export interface PointWeighing {
  /** Weights of the points of a part. */
  readonly parts: Readonly<Record<'body' | 'hands' | 'face', number>>
  /** Whether a coordinate's weight is multiplied by how sure its point was. */
  readonly byConfidence: boolean
  /** Weights of the losses on velocity and on what is seen, beside that on places. */
  readonly velocity: number
  readonly visibility: number
}

/** What cross-entropy of what is seen counts beside the error of places, which soon is far smaller. */
const USUAL_VISIBILITY = 0.1

/** How points are weighed, where a run file says more of it than whether they were seen. */
export function pointWeighing({ loss, model }: RunConfig): PointWeighing | undefined {
  const { parts, byConfidence, velocity, visibility = USUAL_VISIBILITY } = loss
  if (model.layout === 'skeleton-50') return undefined
  const { scores = presets[model.preset].scores } = model
  const isPlain = Object.values(parts).every((weight) => weight === 1) && !byConfidence && velocity === 0 && scores !== 'seen'
  return isPlain ? undefined : { parts, byConfidence, velocity, visibility: scores === 'seen' ? visibility : 0 }
}

/**
 * Fills in the `weights` [B, T, stride] of all numbers of a batch, zeros before, and tells what follows from them: a clip's losses are weighted means, of places over the numbers that were seen of it, of velocity
 * over pairs of frames that both show a point; or with `cells`, frames that count, over all numbers of so many frames, whatever was seen.
 */
export function weighPoints(
  samples: readonly Sample[],
  weights: Float32Array,
  { length, stride }: { length: number; stride: number },
  seen: Float32Array | undefined,
  { config }: GroupDescription,
  { parts, byConfidence, velocity, visibility }: PointWeighing,
) {
  const kinds = outputColumns(config)
  const layout = layouts[config.layout]
  const columns = frameColumns(config)
  const partWeights = Float32Array.from({ length: layout.points }, (_, point) => {
    const { name } = layout.parts.findLast(({ first }) => first <= point)!
    return parts[name === 'leftHand' || name === 'rightHand' ? 'hands' : name]
  })
  const all = outputNumbers(config)
  const plain = Float32Array.from({ length: all }, (_, c) =>
    c < regressedNumbers(config) ? partWeights[columns[c % config.numbers]!.point]! : 1,
  )
  const sums = samples.map(({ clip }, b) => {
    const sum = { places: 0, scores: 0, moves: 0 }
    for (let t = 0; t < clip.frames; t++)
      for (let c = 0; c < all; c++) {
        const i = (b * length + t) * stride + c
        if (seen && !(seen[i]! > 0)) continue
        const isCoordinate = kinds[c] === pointColumn.coordinate
        const ahead = Math.min(t + Math.floor(c / config.numbers), clip.frames - 1)
        const sure =
          byConfidence && isCoordinate ? Math.min(1, clip.confidence?.[ahead * layout.points + columns[c % config.numbers]!.point] ?? 1) : 1
        const weight = plain[c]! * sure
        weights[i] = weight
        if (kinds[c] === pointColumn.score) sum.scores += weight
        else sum.places += weight
        if (isCoordinate && t > 0) sum.moves += weight * weights[i - stride]!
      }
    return sum
  })
  const total = (wanted: (c: number) => boolean, of = (weight: number) => weight): number =>
    plain.reduce((sum, weight, c) => (wanted(c) ? sum + of(weight) : sum), 0)
  const [places, scores, moves] = [
    total((c) => kinds[c] !== pointColumn.score),
    total((c) => kinds[c] === pointColumn.score),
    total(
      (c) => kinds[c] === pointColumn.coordinate,
      (weight) => weight * weight,
    ),
  ]
  const over = (a: number, b: number): number => (b > 0 ? a / b : 0)
  return {
    weights,
    coefficient: (b: number, cells: number | undefined, whole: number): number =>
      cells === undefined ? over(1, whole * sums[b]!.places) : 1 / (cells * places),
    shares: (perSample: boolean): Float32Array =>
      Float32Array.from(
        sums.flatMap((sum) => {
          const own = perSample ? sum : { places, scores, moves }
          return [visibility * over(own.places, own.scores), velocity * over(own.places, own.moves)]
        }),
      ),
  }
}
