// A corpus whose frames are any numbers, as many a frame as the user says: other layouts than the 50 joints, read as they are.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { type FrameOfNumbers, linesOf, parseLine } from '../../formats/number_lines.js'
import type { Clip } from '../../motion/clip.js'
import { readCompanions, wordsOfClip } from './companions.js'
import { type CorpusSpec, checkPositive, UNTOLD_RATE } from './corpus.js'
import { everyFrame } from './every_frame.js'

/** A clip of frames of any numbers. */
export interface FramesClip extends Omit<Clip, 'joints'> {
  /** [frames, numbers] */
  readonly values: Float32Array
}

export interface FramesSpec extends Pick<CorpusSpec, 'skels' | 'language' | 'fps' | 'skipFrames'> {
  /** Numbers of a frame. */
  readonly numbers: number
}

/**
 * Reads `<prefix>.skels`, one sequence a line and `numbers` a frame, with its companions. Nothing is normalised.
 * Throws ERR_DATA naming `path:line` for a blank or ragged line, a token that is no finite number, companions of another length, no known
 * language; and `path` for a file that is empty or cannot be read.
 */
export async function loadFrames({
  skels: prefix,
  numbers,
  language,
  fps = UNTOLD_RATE,
  skipFrames = 1,
}: FramesSpec): Promise<FramesClip[]> {
  checkPositive('numbers', numbers, true)
  checkPositive('skipFrames', skipFrames, true)
  checkPositive('fps', fps, false)
  const path = `${prefix}.skels`
  const frame: FrameOfNumbers = { length: numbers, place: (n) => `number ${n + 1} of the frame` }
  const rows: { readonly values: Float32Array; readonly who: string }[] = []
  for await (const { bytes, line } of linesOf(path)) {
    const who = `${path}:${line}`
    rows.push({ values: everyFrame(Float32Array.from(parseLine(bytes, frame, who)), numbers, skipFrames), who })
  }
  if (rows.length === 0) {
    const nextMove = `Write one sequence per line, ${counted(numbers, 'number')} per frame`
    throw new SignError('ERR_DATA', path, 'wanted at least one sequence, got an empty file', nextMove)
  }
  const companions = await readCompanions(prefix, rows.length, undefined)
  return rows.map(({ values, who }, i) => ({
    ...wordsOfClip(companions, i, { prefix, language, who }),
    values,
    frames: values.length / numbers,
    fps: fps / skipFrames,
  }))
}
