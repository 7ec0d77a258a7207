// The sign density ratio of SignCL's authors (Ye et al. 2024): how far apart a gloss's own instances are, beside how far those of other glosses
// are. Low where features tell signs apart.

import { SignError } from '../base/errors.js'

/** A clip's features and the gloss that each frame was aligned to, e.g. by CTC's best path. */
export interface AlignedClip {
  /** [frames, width] */
  readonly embeddings: ArrayLike<number>
  /** A gloss's id for each frame; below 0 for none (a blank). */
  readonly glosses: ArrayLike<number>
}

export interface GlossDensity {
  readonly gloss: number
  readonly instances: number
  /** Mean Euclidean distance between two of its instances. */
  readonly inside: number
  /** Mean over the other glosses of the mean distance between an instance of it and one of theirs. */
  readonly across: number
  /** inside / across */
  readonly ratio: number
}

export interface SignDensity {
  /** The mean ratio of the glosses below; undefined where there are none. */
  readonly ratio: number | undefined
  /** Glosses of two instances or more whose distance to the others is above 0, by id. */
  readonly glosses: readonly GlossDensity[]
}

/**
 * The ratio over some clips whose features are `width` numbers a frame. An instance of a gloss is a run of frames aligned to it, and stands for the
 * mean of their features; a blank between two runs makes them two. Time grows with the square of the number of instances. Throws ERR_DATA where
 * a clip's features are not `width` numbers for each aligned frame.
 */
export function signDensity(clips: readonly AlignedClip[], width: number): SignDensity {
  const byGloss = new Map<number, Float64Array[]>()
  for (const [i, clip] of clips.entries()) {
    const { length: numbers } = clip.embeddings
    const frames = clip.glosses.length
    if (numbers !== frames * width) {
      const problem = `wanted ${width} numbers for each of the ${frames} aligned frames of clip ${i}, got ${numbers}`
      throw new SignError('ERR_DATA', 'sign density', problem, 'Align the frames that the features are of')
    }
    for (const { gloss, mean } of instancesOf(clip, width)) {
      const known = byGloss.get(gloss)
      if (known) known.push(mean)
      else byGloss.set(gloss, [mean])
    }
  }
  const ids = [...byGloss.keys()].sort((a, b) => a - b)
  const across = meansBetween(ids.map((gloss) => byGloss.get(gloss)!))
  const glosses = ids.flatMap((gloss, i) => {
    const own = byGloss.get(gloss)!
    if (own.length < 2 || !(across[i]! > 0)) return []
    const inside = meanInside(own)
    return [{ gloss, instances: own.length, inside, across: across[i]!, ratio: inside / across[i]! }]
  })
  const ratio = glosses.length > 0 ? glosses.reduce((sum, one) => sum + one.ratio, 0) / glosses.length : undefined
  return { ratio, glosses }
}

/** The runs of frames that a clip has of a gloss, each with the mean of its features. */
function instancesOf({ embeddings, glosses }: AlignedClip, width: number) {
  const found: { gloss: number; mean: Float64Array }[] = []
  for (let first = 0, end = 0; first < glosses.length; first = end) {
    const gloss = glosses[first]!
    while (end < glosses.length && glosses[end] === gloss) end++
    if (gloss < 0) continue
    const mean = new Float64Array(width)
    for (let at = first * width; at < end * width; at++) mean[at % width]! += embeddings[at]! / (end - first)
    found.push({ gloss, mean })
  }
  return found
}

/** For each group the mean over the other groups of the mean distance between their members; NaN where there is no other. */
function meansBetween(groups: readonly (readonly Float64Array[])[]): Float64Array {
  const sums = new Float64Array(groups.length)
  for (let i = 0; i < groups.length; i++) {
    for (let j = i + 1; j < groups.length; j++) {
      let sum = 0
      for (const a of groups[i]!) for (const b of groups[j]!) sum += distance(a, b)
      const mean = sum / (groups[i]!.length * groups[j]!.length)
      sums[i]! += mean
      sums[j]! += mean
    }
  }
  return sums.map((sum) => sum / (groups.length - 1))
}

function meanInside(group: readonly Float64Array[]): number {
  let sum = 0
  for (let i = 0; i < group.length; i++) for (let j = i + 1; j < group.length; j++) sum += distance(group[i]!, group[j]!)
  return sum / ((group.length * (group.length - 1)) / 2)
}

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let c = 0; c < a.length; c++) sum += (a[c]! - b[c]!) ** 2
  return Math.sqrt(sum)
}
