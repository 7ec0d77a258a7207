// Writes `.skels` (of other layouts than the 50 joints, see layout_lines.ts): 5 decimals a coordinate, and a counter, as the published files have them, so that other tools read ours.

import { SignError } from '../../base/errors.js'
import { writeWhole } from '../../base/files.js'
import { checkMotion, checkSkeleton } from '../../motion/check.js'
import type { Motion } from '../../motion/clip.js'
import { isSkeleton } from '../../motion/layout/layouts.js'
import { COORDS } from '../../motion/skeleton.js'
import { decimals, layoutLine } from './layout_lines.js'
import { type CounterConvention, counterValue } from './skels.js'

export interface SkelsOptions {
  /** Default: `zero-based i/N` as in the published PHOENIX14T files, `one-based i/N` in Prompt2Sign's scale. */
  readonly counter?: CounterConvention
  /**
   * `neck-shoulder-3` (default) writes motions as they are. `divided-by-9` is Prompt2Sign's: shoulders 1/9 apart, a counter of 5 decimals instead of 4.
   * `lifted-divided-by-9` is its very numbers: for motions that are joints as lifting leaves them, standardised over the clip, each divided by 9.
   */
  readonly scale?: 'neck-shoulder-3' | 'divided-by-9' | 'lifted-divided-by-9'
  /** A coordinate that is NaN: an error (default), or 0.01600 in its place as Prompt2Sign's tool has it, which does so with every 0 too. */
  readonly missing?: 'error' | '0.016'
}

/**
 * Writes one line a motion, whole or not at all, one in memory at a time. Motions are in the normal scale (neck 0, shoulders 1/3) unless the option says
 * otherwise.
 * Throws ERR_DATA naming the file and the motion for an empty one or a coordinate that is not finite, ERR_OUTPUT where nothing can be written.
 */
export async function writeSkels(
  path: string,
  motions: Iterable<Motion> | AsyncIterable<Motion>,
  options: SkelsOptions = {},
): Promise<void> {
  const { scale = 'neck-shoulder-3', missing = 'error' } = options
  const ours = scale === 'neck-shoulder-3'
  const form: Form = {
    factor: { 'neck-shoulder-3': 1, 'divided-by-9': 3 / 9, 'lifted-divided-by-9': 1 / 9 }[scale],
    counter: options.counter ?? (ours ? 'zero-based i/N' : 'one-based i/N'),
    counterDecimals: ours ? 4 : 5,
    missing,
  }
  await writeWhole(path, linesOf(path, motions, form))
}

/** One buffer a line: a corpus may be longer than the longest string of the language. */
async function* linesOf(path: string, motions: Iterable<Motion> | AsyncIterable<Motion>, form: Form): AsyncGenerator<Buffer> {
  let line = 0
  for await (const motion of motions) yield Buffer.from(`${lineOf(motion, form, `${path}:${++line}`)}\n`)
  if (line === 0) throw new SignError('ERR_DATA', path, 'wanted motions to write, got none', 'Give at least one clip')
}

interface Form {
  readonly factor: number
  readonly counter: CounterConvention
  readonly counterDecimals: number
  readonly missing: 'error' | '0.016'
}

function lineOf(motion: Motion, form: Form, who: string): string {
  if (!isSkeleton(motion) && form.factor === 1) {
    checkMotion(motion, who)
    return layoutLine(motion)
  }
  const fills = form.missing === '0.016'
  const joints = fills ? motion.joints.map((value) => (Number.isNaN(value) ? 0 : value)) : motion.joints
  const { frames } = motion
  checkSkeleton({ ...motion, joints }, who)
  const out: string[] = []
  for (let t = 0; t < frames; t++) {
    for (let i = 0; i < COORDS; i++) {
      const value = joints[t * COORDS + i]! * form.factor
      out.push(fills && value === 0 ? '0.01600' : decimals(value))
    }
    out.push(counterValue(form.counter, t, frames).toFixed(form.counterDecimals))
  }
  return out.join(' ')
}
