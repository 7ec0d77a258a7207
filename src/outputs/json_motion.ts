// JSON: a motion any language can read without this engine, and the reader that takes it back.

import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { checkMotion } from '../motion/check.js'
import { confidenceAt, frameAt, type Motion } from '../motion/clip.js'
import { coordinatesOf, type Layout } from '../motion/layout/layout.js'
import { isSkeleton, layoutNamed, layoutOfMotion } from '../motion/layout/layouts.js'
import { facingMotion } from '../motion/layout/mirror.js'
import { skeleton50 } from '../motion/layout/skeleton_50.js'

/** What is known of a motion besides its numbers. */
export interface MotionMeta {
  /** Language tag, e.g. `ASL`. */
  readonly language: string
  readonly text: string
}

const FORMAT = 'signllm-motion-1'
/** Five digits after the point: 1/33,000 of a shoulder width. */
const PRECISION = 1e5

/** Writes a motion as JSON. Throws ERR_DATA for a malformed motion, ERR_OUTPUT where `path` cannot be written. */
export async function writeJson(path: string, motion: Motion, meta: MotionMeta): Promise<void> {
  await writeWhole(path, motionToJson(motion, meta, path))
}

/**
 * A motion as JSON: `{ format, fps, frames, joints: [50 names], language, text, data: [[150 numbers] a frame] }`, a frame a line. Of another layout than the 50
 * joints, `layout` names it, and `confidence: [[a number a point] a frame]` stands behind `data` where the motion has it. Throws ERR_DATA for a malformed motion.
 */
export function motionToJson(motion: Motion, meta: MotionMeta, who = 'json'): string {
  checkMotion(motion, who)
  const { fps, frames } = motion
  const { name, pointNames } = layoutOfMotion(motion)
  const layout = isSkeleton(motion) ? {} : { layout: name }
  const head = JSON.stringify({ format: FORMAT, fps, frames, ...layout, joints: pointNames, language: meta.language, text: meta.text })
  const data = lines(frames, (frame) => frameAt(motion, frame))
  const confidence = motion.confidence ? `,"confidence":[\n${lines(frames, (frame) => confidenceAt(motion, frame)!)}\n]` : ''
  return `${head.slice(0, -1)},"data":[\n${data}\n]${confidence}}\n`
}

/** The numbers of every frame, a frame a line. */
function lines(frames: number, numbersOf: (frame: number) => Float32Array): string {
  const rounded = (numbers: Float32Array): number[] => Array.from(numbers, (value) => Math.round(value * PRECISION) / PRECISION)
  return Array.from({ length: frames }, (_, frame) => JSON.stringify(rounded(numbersOf(frame)))).join(',\n')
}

/** Reads what {@link motionToJson} wrote. `who` names the source in errors. Throws ERR_DATA for anything else. */
export function motionFromJson(source: string, who: string): Motion & MotionMeta {
  const fail = (problem: string, cause?: unknown): SignError =>
    new SignError('ERR_DATA', who, problem, 'Write the file again with signllm, or see src/commands/README.md for its fields', { cause })
  let parsed: unknown
  try {
    parsed = JSON.parse(source)
  } catch (cause) {
    throw fail(`wanted JSON, got ${(cause as Error).message}`, cause)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw fail('wanted an object with a motion, got another JSON value')
  const {
    format,
    fps,
    frames,
    layout: named,
    joints: names,
    language = '',
    text = '',
    data,
    confidence,
  } = parsed as Record<string, unknown>
  if (format !== FORMAT) throw fail(`wanted format ${FORMAT}, got ${JSON.stringify(format)}`)
  if (typeof fps !== 'number' || !(fps > 0)) throw fail(`wanted fps above 0, got ${JSON.stringify(fps)}`)
  const layout = named === undefined ? skeleton50 : layoutNamed(String(named), who)
  if (JSON.stringify(names) !== JSON.stringify(layout.pointNames))
    throw fail(`wanted the ${layout.points} joints of this skeleton in its order, got others`)
  if (typeof language !== 'string' || typeof text !== 'string') throw fail('wanted language and text as strings, got other values')
  if (!Array.isArray(data) || data.length === 0) throw fail('wanted data with at least one frame, got none')
  if (frames !== data.length) throw fail(`wanted ${JSON.stringify(frames)} frames, got ${data.length}`)
  const motion: Motion = {
    joints: numbersIn(data, coordinatesOf(layout), fail),
    frames: data.length,
    fps,
    ...seenIn(layout, confidence, frames, fail),
  }
  return { ...facingMotion(motion), language, text }
}

/** The layout of a motion that is not of 50 joints, and how sure its points are. */
function seenIn(
  layout: Layout,
  confidence: unknown,
  frames: number,
  fail: (problem: string) => SignError,
): Pick<Motion, 'layout' | 'confidence'> {
  if (layout === skeleton50) return {}
  if (confidence === undefined) return { layout: layout.name }
  if (!Array.isArray(confidence) || confidence.length !== frames) throw fail(`wanted confidences of ${frames} frames, got others`)
  return { layout: layout.name, confidence: numbersIn(confidence, layout.points, (problem) => fail(`confidence, ${problem}`)) }
}

/** Frames of so many numbers each, one after another. */
function numbersIn(data: readonly unknown[], numbers: number, fail: (problem: string) => SignError): Float32Array {
  const out = new Float32Array(data.length * numbers)
  data.forEach((values, frame) => {
    if (!Array.isArray(values) || values.length !== numbers)
      throw fail(`frame ${frame}: wanted ${numbers} numbers, got ${Array.isArray(values) ? values.length : JSON.stringify(values)}`)
    const broken = values.findIndex((value) => typeof value !== 'number')
    if (broken >= 0) throw fail(`frame ${frame}, number ${broken}: wanted a number, got ${JSON.stringify(values[broken])}`)
    out.set(values as number[], frame * numbers)
  })
  return out
}
