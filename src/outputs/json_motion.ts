// JSON: a motion any language can read without this engine, and the reader that takes it back.

import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { checkMotion } from '../motion/check.js'
import { frameAt, type Motion } from '../motion/clip.js'
import { facing } from '../motion/sides.js'
import { COORDS, JOINTS, jointNames } from '../motion/skeleton.js'

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
 * A motion as JSON: `{ format, fps, frames, joints: [50 names], language, text, data: [[150 numbers] a frame] }`, a frame a line.
 * Throws ERR_DATA for a malformed motion.
 */
export function motionToJson(motion: Motion, meta: MotionMeta, who = 'json'): string {
  checkMotion(motion, who)
  const lines = Array.from({ length: motion.frames }, (_, frame) => {
    const values = Array.from(frameAt(motion, frame), (value) => Math.round(value * PRECISION) / PRECISION)
    return JSON.stringify(values)
  })
  const { fps, frames } = motion
  const head = JSON.stringify({ format: FORMAT, fps, frames, joints: jointNames, language: meta.language, text: meta.text })
  return `${head.slice(0, -1)},"data":[\n${lines.join(',\n')}\n]}\n`
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
  const { format, fps, frames, joints: names, language = '', text = '', data } = parsed as Record<string, unknown>
  if (format !== FORMAT) throw fail(`wanted format ${FORMAT}, got ${JSON.stringify(format)}`)
  if (typeof fps !== 'number' || !(fps > 0)) throw fail(`wanted fps above 0, got ${JSON.stringify(fps)}`)
  if (JSON.stringify(names) !== JSON.stringify(jointNames))
    throw fail(`wanted the ${JOINTS} joints of this skeleton in its order, got others`)
  if (typeof language !== 'string' || typeof text !== 'string') throw fail('wanted language and text as strings, got other values')
  if (!Array.isArray(data) || data.length === 0) throw fail('wanted data with at least one frame, got none')
  if (frames !== data.length) throw fail(`wanted ${JSON.stringify(frames)} frames, got ${data.length}`)
  const joints = new Float32Array(data.length * COORDS)
  data.forEach((values: unknown, frame) => {
    if (!Array.isArray(values) || values.length !== COORDS)
      throw fail(`frame ${frame}: wanted ${COORDS} numbers, got ${Array.isArray(values) ? values.length : JSON.stringify(values)}`)
    const broken = values.findIndex((value) => typeof value !== 'number')
    if (broken >= 0) throw fail(`frame ${frame}, number ${broken}: wanted a number, got ${JSON.stringify(values[broken])}`)
    joints.set(values as number[], frame * COORDS)
  })
  return { joints: facing(joints, data.length), frames: data.length, fps, language, text }
}
