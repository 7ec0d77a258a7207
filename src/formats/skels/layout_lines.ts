// Motions of other layouts than the 50 joints as lines of numbers: a motion a line, a frame being the coordinates of point after point, behind each point how sure
// it is where the layout says that, and the counter i/N at the end, as `.skels` files of 50 joints have it. Which layout it is, the corpus' manifest tells.

import { SignError } from '../../base/errors.js'
import type { Motion } from '../../motion/clip.js'
import { coordinatesOf, type Layout } from '../../motion/layout/layout.js'
import { layoutOfMotion } from '../../motion/layout/layouts.js'
import { type FrameOfNumbers, linesOf, parseLine } from '../number_lines.js'
import { counterValue } from './skels.js'

/** One line of a file: a motion in the scale it was written in. */
export interface LayoutSequence extends Pick<Motion, 'joints' | 'frames' | 'confidence'> {
  /** 1-based line of the file. */
  readonly line: number
}

/** Numbers of a frame in a file, its counter included. */
export const lineNumbers = (layout: Layout): number => coordinatesOf(layout) + (layout.confidence ? layout.points : 0) + 1

/**
 * The lines of a file, one in memory at a time, each to be parsed by itself. Throws ERR_DATA naming `path` for a file that cannot be read; `parse` naming
 * `path:line` for a blank or ragged line, a token that is no finite number, a confidence that is not between 0 and 1, and a counter that does not run from 0 to
 * (N-1)/N.
 */
export async function* layoutLines(
  path: string,
  layout: Layout,
): AsyncGenerator<{ readonly who: string; readonly line: number; readonly parse: () => LayoutSequence }> {
  const frame: FrameOfNumbers = { length: lineNumbers(layout), place: (n) => placeOf(n, layout) }
  for await (const { bytes, line } of linesOf(path)) {
    const who = `${path}:${line}`
    yield { who, line, parse: () => ({ ...sequenceOf(parseLine(bytes, frame, who), layout, who), line }) }
  }
}

/** The motions of a file, one after another. Throws as {@link layoutLines} and its `parse`. */
export async function* layoutSequences(path: string, layout: Layout): AsyncGenerator<LayoutSequence> {
  for await (const { parse } of layoutLines(path, layout)) yield parse()
}

/** Numbers a point. */
const each = ({ dims, confidence }: Layout): number => dims + (confidence ? 1 : 0)

function placeOf(n: number, layout: Layout): string {
  const point = Math.floor(n / each(layout))
  return point === layout.points
    ? 'the counter'
    : `${layout.pointNames[point]} ${['x', 'y', 'z'].slice(0, layout.dims)[n % each(layout)] ?? 'confidence'}`
}

function sequenceOf(numbers: Float64Array, layout: Layout, who: string): Omit<LayoutSequence, 'line'> {
  const { points, dims } = layout
  const frames = numbers.length / lineNumbers(layout)
  const joints = new Float32Array(frames * points * dims)
  const confidence = layout.confidence ? new Float32Array(frames * points) : undefined
  for (let t = 0; t < frames; t++) {
    const start = t * lineNumbers(layout)
    for (let point = 0; point < points; point++) {
      const from = start + point * each(layout)
      joints.set(numbers.subarray(from, from + dims), (t * points + point) * dims)
      if (!confidence) continue
      const sure = numbers[from + dims]!
      if (!(sure >= 0 && sure <= 1)) {
        const place = `frame ${t}, ${layout.pointNames[point]}`
        throw new SignError(
          'ERR_DATA',
          who,
          `wanted a confidence between 0 and 1, got ${sure} in ${place}`,
          `Check that its layout is ${layout.name}`,
        )
      }
      confidence[t * points + point] = sure
    }
    checkCounter(numbers[start + lineNumbers(layout) - 1]!, t, frames, who, layout)
  }
  return { joints, frames, ...(confidence && { confidence }) }
}

function checkCounter(got: number, t: number, frames: number, who: string, { name }: Layout): void {
  const wanted = counterValue('zero-based i/N', t, frames)
  if (Math.abs(got - wanted) < 1e-4) return
  const problem = `wanted the counter ${wanted.toFixed(4)} in frame ${t} of ${frames}, got ${got}`
  throw new SignError('ERR_DATA', who, problem, `Check that its layout is ${name}`)
}

/** A motion as a line. It must be well formed. */
export function layoutLine(motion: Motion): string {
  const layout = layoutOfMotion(motion)
  const { joints, confidence, frames } = motion
  const { points, dims } = layout
  const out: string[] = []
  for (let t = 0; t < frames; t++) {
    for (let cell = t * points; cell < (t + 1) * points; cell++) {
      for (let axis = 0; axis < dims; axis++) out.push(decimals(joints[cell * dims + axis]!))
      if (layout.confidence) out.push(decimals(confidence?.[cell] ?? 1))
    }
    out.push(counterValue('zero-based i/N', t, frames).toFixed(4))
  }
  return out.join(' ')
}

/** Five of them: 1/33,000 of a shoulder width. */
export function decimals(value: number): string {
  const text = value.toFixed(5)
  return text === '-0.00000' ? '0.00000' : text
}
