// What a model must beat: a still picture, somebody else's sentence, and the training sentence most like the wanted one.

import { SignError } from '../base/errors.js'
import { Random } from '../base/random.js'
import type { Clip, Motion } from '../motion/clip.js'
import { coordinatesOf } from '../motion/layout/layout.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { editDistance } from './edit_distance.js'

/** The mean of all frames of all clips of one layout as a motion of one frame: each point where it is seen on average, and unseen where no clip shows it. */
export function meanFrame(trainClips: readonly Pick<Motion, 'joints' | 'frames' | 'fps' | 'layout' | 'confidence'>[]): Motion {
  const [{ fps, layout: name }] = some(trainClips) as [Motion]
  const layout = layoutOfMotion({ layout: name })
  const numbers = coordinatesOf(layout)
  const sum = new Float64Array(numbers)
  const count = new Float64Array(numbers)
  for (const { joints, confidence } of trainClips)
    for (let i = 0; i < joints.length; i++) {
      if (confidence && !(confidence[Math.floor(i / layout.dims)]! > 0)) continue
      sum[i % numbers]! += joints[i]!
      count[i % numbers]! += 1
    }
  const joints = Float32Array.from(sum, (value, i) => value / Math.max(1, count[i]!))
  if (!layout.confidence) return { joints, frames: 1, fps, layout: name }
  const confidence = Float32Array.from({ length: layout.points }, (_, point) => (count[point * layout.dims]! > 0 ? 1 : 0))
  return { joints, frames: 1, fps, layout: name, confidence }
}

/** A motion of one frame held as long as a reference lasts. */
export function heldFrame(frame: Motion, { frames, fps }: Pick<Motion, 'frames' | 'fps'>): Motion {
  const repeated = (values: Float32Array): Float32Array => {
    const out = new Float32Array(frames * values.length)
    for (let i = 0; i < frames; i++) out.set(values, i * values.length)
    return out
  }
  const { joints, confidence } = frame
  return { ...frame, joints: repeated(joints), frames, fps, ...(confidence && { confidence: repeated(confidence) }) }
}

/** Any training clip. Throws ERR_DATA for none. */
export function randomClip(trainClips: readonly Clip[], seed: number): Clip {
  return some(trainClips)[Random.for(seed, 'random clip').below(trainClips.length)]!
}

/**
 * The training clip whose text shares most words with `text`, by Dice's coefficient over word counts;
 * among equals the one with the fewest word edits, then the earliest. Throws ERR_DATA for no clips.
 */
export function nearestNeighbour(trainClips: readonly Clip[], text: string): Clip {
  const wanted = tokens(text)
  const ranked = some(trainClips).map((clip) => {
    const got = tokens(clip.text)
    return { clip, overlap: dice(wanted, got), edits: editDistance(wanted, got) }
  })
  return ranked.reduce((best, other) => {
    const closer = other.overlap - best.overlap || best.edits - other.edits
    return closer > 0 ? other : best
  }).clip
}

/** Words, case and closing punctuation aside. */
function tokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}'’-]+/gu) ?? []
}

function dice(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>()
  for (const word of b) left.set(word, (left.get(word) ?? 0) + 1)
  let shared = 0
  for (const word of a) {
    const count = left.get(word) ?? 0
    if (count > 0) shared++
    left.set(word, count - 1)
  }
  return (2 * shared) / Math.max(1, a.length + b.length)
}

function some<M extends Pick<Motion, 'frames'>>(clips: readonly M[]): readonly M[] {
  if (clips.some((clip) => clip.frames > 0)) return clips
  throw new SignError('ERR_DATA', 'baselines', 'wanted training clips with frames, got none', 'Give the train split the model learned from')
}
