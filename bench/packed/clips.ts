// Clips of a corpus like today's: DWPose points of videos that are cut by captions, in languages of very different sizes, hands sometimes unseen. They are no signing:
// only their sizes and numbers are as those of detections.

import { Random } from '../../src/base/random.js'
import type { ClipToPack } from '../../src/data/shards/part.js'
import { layouts } from '../../src/motion/layout/layouts.js'

const { points, parts } = layouts['dwpose-128']
const [FEWEST, MOST] = [16, 96]
const CLIPS_A_VIDEO = 50
const WORDS = 20_000
/** Languages and how much more each has than the next: the first has most of all clips, as in SignVerse-2M. */
const LANGUAGES = ['ASL', 'INS', 'PSO', 'HSH', 'ILS', 'ASF', 'JSL', 'BFI', 'GSG', 'ISE', 'FSL', 'BZS']

/** What an index tells of a clip, but for its place. */
type Described = Pick<ClipToPack, 'name' | 'language' | 'text' | 'frames' | 'fps'>

/** The first so many of an endless row of clips, whatever number is asked for. */
export function* manyClips(count: number): Generator<ClipToPack> {
  const motions = Array.from({ length: 32 }, (_, i) => motion(Random.for(1, 'motion', i)))
  for (let i = 0; i < count; i++) {
    const random = Random.for(1, 'clip', i)
    const clip = described(i, random)
    const { frames } = clip
    const { joints, confidence } = motions[Math.floor(random.uniform() * motions.length)]!
    const from = Math.floor(random.uniform() * (joints.length / (2 * points) - frames))
    const [dx, dy] = [0.1 * (random.uniform() - 0.5), 0.1 * (random.uniform() - 0.5)]
    yield {
      ...clip,
      layout: 'dwpose-128',
      joints: joints.slice(2 * points * from, 2 * points * (from + frames)).map((value, k) => value + (k % 2 === 0 ? dx : dy)),
      confidence: confidence.slice(points * from, points * (from + frames)),
    }
  }
}

/** A clip of that row without its motion. */
export function described(i: number, random = Random.for(1, 'clip', i)): Described {
  const video = Math.floor(i / CLIPS_A_VIDEO)
  return {
    name: `video${String(video).padStart(7, '0')}-${String((i % CLIPS_A_VIDEO) + 1).padStart(4, '0')}`,
    language: LANGUAGES[Math.floor(LANGUAGES.length * Random.for(1, 'video', video).uniform() ** 4)]!,
    text: sentence(random),
    frames: FEWEST + Math.floor(random.uniform() * (MOST - FEWEST + 1)),
    fps: 24,
  }
}

/** Words of which few are frequent. */
function sentence(random: Random): string {
  const words = 3 + Math.floor(10 * random.uniform())
  return Array.from({ length: words }, () => `word${Math.floor(WORDS ** random.uniform())}`).join(' ')
}

/** Points that swing about places of their own, for some 20 seconds. */
function motion(random: Random): { joints: Float32Array; confidence: Float32Array } {
  const frames = 512
  const joints = new Float32Array(2 * points * frames)
  const confidence = new Float32Array(points * frames)
  for (let k = 0; k < 2 * points; k++) {
    const [centre, size, pace, begin] = [
      random.uniform() - 0.5,
      0.1 * random.uniform(),
      0.05 + 0.3 * random.uniform(),
      6 * random.uniform(),
    ]
    for (let t = 0; t < frames; t++) joints[2 * points * t + k] = centre + size * Math.sin(pace * t + begin)
  }
  for (const { first, points: own } of parts) {
    const unseen = random.uniform()
    for (let t = 0; t < frames; t++)
      confidence.fill(
        Math.sin(t / 20 + 6 * unseen) < 0.9 - unseen / 2 ? 0.5 + 0.5 * random.uniform() : 0,
        points * t + first,
        points * t + first + own.length,
      )
  }
  return { joints, confidence }
}
