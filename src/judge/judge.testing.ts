// A judge that needs no network: it cuts a motion into words of the usual length and takes the word whose mean pose is nearest. And clips that it can read.

import { Random } from '../base/random.js'
import { nameHash } from '../data/checksum.js'
import type { Clip, Motion } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'
import type { Judge, Translation } from './judge.js'

export interface NearestMeanOptions {
  readonly seed?: number
  readonly unit?: Judge['unit']
  /** Whether it says which clips it was trained on. Default yes. */
  readonly tells?: boolean
  /** Moves what it has learned at random: how seeds come to differ. Default 0. */
  readonly jitter?: number
}

/** A judge trained on clips. */
export function nearestMeanJudge(train: readonly Clip[], options: NearestMeanOptions = {}): Judge {
  const { seed = 1, unit = 'words', tells = true, jitter = 0 } = options
  const parts = (text: string) => (unit === 'letters' ? [...text.replaceAll(' ', '')] : text.split(' '))
  const framesPerPart = train.reduce((sum, { frames }) => sum + frames, 0) / train.reduce((sum, { text }) => sum + parts(text).length, 0)
  const cut = (motion: Motion): [from: number, to: number][] => {
    const count = Math.max(1, Math.round(motion.frames / framesPerPart))
    const edge = (i: number) => Math.round((i * motion.frames) / count)
    return Array.from({ length: count }, (_, i) => [edge(i), edge(i + 1)])
  }
  const random = Random.for(seed, 'nearest mean')
  const poses = new Map<string, Float64Array[]>()
  for (const clip of train) {
    const words = parts(clip.text)
    const edge = (i: number) => Math.round((i * clip.frames) / words.length)
    words.forEach((word, i) => {
      poses.set(word, [...(poses.get(word) ?? []), meanPoseOf(clip, edge(i), edge(i + 1))])
    })
  }
  const means = [...poses].map(([word, all]) => ({ word, pose: meanOf(all).map((value) => value + jitter * random.normal()) }))
  const read = (motion: Motion): Translation => {
    const runs = cut(motion).map(([from, to]) => {
      const pose = meanPoseOf(motion, from, to)
      const nearest = means.reduce((best, other) => (apart(pose, other.pose) < apart(pose, best.pose) ? other : best))
      return { label: nearest.word, from, to }
    })
    const labels = runs.map(({ label }) => label)
    if (unit === 'letters') return { text: labels.join(''), alignment: runs }
    return { text: labels.join(' '), glosses: labels.join(' ').toUpperCase(), alignment: runs }
  }
  return {
    name: 'nearest mean',
    hash: nameHash(`${seed} ${unit} ${train.map(({ name }) => name).join()}`).slice(0, 12),
    seed,
    unit,
    trainedOn: new Set(tells ? train.map(({ name }) => nameHash(name)) : []),
    signature: 'nearest-mean',
    notes: [],
    unknownIn: ({ text }) => parts(text).filter((part) => !poses.has(part)),
    async translate(motions, { signal, onProgress } = {}) {
      return motions.map((motion, i) => {
        signal?.throwIfAborted()
        onProgress?.({ work: 'judge', unit: 'clip', done: i + 1, all: motions.length })
        return read(motion)
      })
    },
    features: async (motions) => motions.map((motion) => Float32Array.from(meanPoseOf(motion, 0, motion.frames))),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

export interface MadeUpOptions {
  readonly split?: string
  readonly language?: string
  /** Of what the signer does differently from clip to clip. */
  readonly seed?: number
  readonly framesPerPart?: number
  /** How far each frame is off. Default 0.02. */
  readonly noise?: number
  readonly unit?: Judge['unit']
}

/** A clip for each text: for each word, or letter, a pose of its own, held with a tremble. Its gloss is its text in capitals. */
export function madeUpClips(texts: readonly string[], options: MadeUpOptions = {}): Clip[] {
  const { split = 'test', language = 'ASL', seed = 1, framesPerPart = 10, noise = 0.02, unit = 'words' } = options
  return texts.map((text, at) => {
    const random = Random.for(seed, split, text, at)
    const parts = unit === 'letters' ? [...text.replaceAll(' ', '')] : text.split(' ').filter(Boolean)
    const frames = Math.max(1, parts.length) * framesPerPart
    const joints = new Float32Array(frames * COORDS)
    for (let t = 0; t < frames; t++) {
      const word = Random.for(7, language, parts[Math.floor(t / framesPerPart)] ?? '')
      for (let k = 0; k < COORDS; k++) joints[t * COORDS + k] = 0.2 * word.normal() + noise * random.normal()
    }
    return { name: `${split}/${language}_${at}`, language, text, gloss: text.toUpperCase(), joints, frames, fps: 25 }
  })
}

function meanPoseOf({ joints }: Motion, from: number, to: number): Float64Array {
  const sum = new Float64Array(COORDS)
  for (let t = from; t < to; t++) for (let k = 0; k < COORDS; k++) sum[k]! += joints[t * COORDS + k]! / Math.max(1, to - from)
  return sum
}

const meanOf = (poses: readonly Float64Array[]): Float64Array =>
  Float64Array.from({ length: COORDS }, (_, k) => poses.reduce((sum, pose) => sum + pose[k]!, 0) / poses.length)

const apart = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0)
