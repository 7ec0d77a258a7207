// Writes `.skels`: 5 decimals a coordinate and 4 a counter, as the published files have them, so that other tools read ours.

import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import type { Motion } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'
import { type CounterConvention, counterValue } from './skels.js'

export interface SkelsOptions {
  /** Default `zero-based i/N`, the published files' own. */
  readonly counter?: CounterConvention
  /** `divided-by-9` writes shoulders 1/9 apart, for readers made for the Prompt2Sign tool. Default `neck-shoulder-3`. */
  readonly scale?: 'neck-shoulder-3' | 'divided-by-9'
}

/**
 * Writes one line a motion, whole or not at all. Motions are in the normal scale (neck 0, shoulders 1/3).
 * Throws ERR_DATA naming the file and the motion for an empty one or a coordinate that is not finite, ERR_OUTPUT where nothing can be written.
 */
export async function writeSkels(path: string, motions: readonly Motion[], options: SkelsOptions = {}): Promise<void> {
  const { counter = 'zero-based i/N', scale = 'neck-shoulder-3' } = options
  if (motions.length === 0) throw new SignError('ERR_DATA', path, 'wanted motions to write, got none', 'Give at least one clip')
  const factor = scale === 'neck-shoulder-3' ? 1 : 3 / 9
  // One buffer a line: a corpus may be longer than the longest string of the language.
  const lines = motions.map((motion, index) => Buffer.from(`${lineOf(motion, counter, factor, `${path}:${index + 1}`)}\n`))
  await writeWhole(path, Buffer.concat(lines))
}

function lineOf(motion: Motion, convention: CounterConvention, factor: number, who: string): string {
  const { joints, frames } = motion
  if (frames < 1 || joints.length !== frames * COORDS) {
    const problem = `wanted ${COORDS} numbers in each of at least 1 frame, got ${joints.length} numbers in ${frames} frames`
    throw new SignError('ERR_DATA', who, problem, 'Check how the motion was made')
  }
  const out: string[] = []
  for (let t = 0; t < frames; t++) {
    for (let i = 0; i < COORDS; i++) {
      const value = joints[t * COORDS + i]! * factor
      if (!Number.isFinite(value)) {
        const problem = `wanted a finite coordinate, got ${value} in frame ${t}, joint ${Math.floor(i / 3)} ${'xyz'[i % 3]}`
        throw new SignError('ERR_DATA', who, problem, 'Check how the motion was made')
      }
      const text = value.toFixed(5)
      out.push(text === '-0.00000' ? '0.00000' : text)
    }
    out.push(counterValue(convention, t, frames).toFixed(4))
  }
  return out.join(' ')
}
