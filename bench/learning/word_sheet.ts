// Words side by side as pixels: for each a block, in it a row for each system, in the row the whole body on the left and one hand close up on the right, at the
// same moments.

import { signingArms } from '../../src/metrics/hand_dtw.js'
import { frameAt, type Motion } from '../../src/motion/clip.js'
import { type Arm, COORDS } from '../../src/motion/skeleton.js'
import { type Camera, cameraFor } from '../../src/outputs/camera.js'
import { light } from '../../src/outputs/colours.js'
import { drawFrame } from '../../src/outputs/draw.js'
import { Raster } from '../../src/outputs/raster.js'
import { label } from '../../src/outputs/sheet.js'
import { frameAtTime, spread } from '../../src/outputs/timeline.js'

/** What systems made of a word, the reference first. */
export interface SheetWord {
  readonly title: string
  readonly rows: readonly { readonly name: string; readonly motion: Motion }[]
}

/** Pixels a side of a whole body and of a hand, between pictures, of a title, and of the names at the left. */
const [BODY, HAND, RULE, TITLE, NAMES] = [112, 144, 1, 26, 150]
const DOT = 2

/**
 * A sheet of the words below each other. Moments are spread evenly over the reference; a motion that is over by then leaves its picture empty. Close-ups follow the
 * hand that signs in the reference, and are all of one scale, so that a hand that shrinks looks smaller.
 */
export function wordSheet(words: readonly SheetWord[], moments: number): Raster {
  const blocks = words.map((word) => block(word, moments))
  const height = blocks.reduce((sum, raster) => sum + raster.height + RULE, -RULE)
  const sheet = new Raster(Math.max(...blocks.map(({ width }) => width)), height, light.rule)
  let y = 0
  for (const raster of blocks) {
    sheet.place(raster, 0, y)
    y += raster.height + RULE
  }
  return sheet
}

function block({ title, rows }: SheetWord, moments: number): Raster {
  const reference = rows[0]!.motion
  const whole = cameraFor(rows.map(({ motion }) => motion))
  const arm = signingArms(reference)[0]
  const extent = arm ? handExtent(reference, arm) : 0
  const times = Array.from(spread([reference], moments))
  const width = NAMES + moments * (BODY + RULE + (arm ? HAND + RULE : 0))
  const raster = new Raster(width, TITLE + rows.length * (HAND + RULE), light.rule)
  raster.place(titled(title, width, TITLE, DOT), 0, 0)
  for (const [at, { name, motion }] of rows.entries()) {
    const y = TITLE + at * (HAND + RULE)
    raster.place(titled(name, NAMES - RULE, HAND, DOT), 0, y)
    for (const [k, seconds] of times.entries()) {
      const frame = frameAtTime(motion, seconds)
      const body = new Raster(BODY, HAND, light.paper)
      body.place(picture(motion, frame, whole, BODY), 0, 0)
      body.text(label(motion, frame, undefined), 4, HAND - 14, 1, light.ink)
      raster.place(body, NAMES + k * (BODY + RULE), y)
      if (arm) {
        const near = frame === undefined ? whole : closeUp(motion, frame, arm, extent)
        raster.place(picture(motion, frame, near, HAND), NAMES + moments * (BODY + RULE) + k * (HAND + RULE), y)
      }
    }
  }
  return raster
}

function titled(text: string, width: number, height: number, dot: number): Raster {
  const raster = new Raster(width, height, light.paper)
  raster.text(text, 6, 6, dot, light.ink)
  return raster
}

function picture(motion: Motion, frame: number | undefined, camera: Camera, size: number): Raster {
  const raster = new Raster(size, size, light.paper)
  if (frame !== undefined) raster.paint(drawFrame(frameAt(motion, frame), camera, size, light))
  return raster
}

/** The largest side of the box around the hand, over all frames, with a margin. */
function handExtent(motion: Motion, arm: Arm): number {
  const sides = Array.from({ length: motion.frames }, (_, i) => {
    const { least, most } = handBox(motion, i, arm)
    return Math.max(most[0] - least[0], most[1] - least[1])
  })
  return 1.25 * Math.max(...sides)
}

/** A camera on the middle of the hand. */
function closeUp(motion: Motion, frame: number, arm: Arm, extent: number): Camera {
  const { least, most } = handBox(motion, frame, arm)
  return { centre: [(least[0] + most[0]) / 2, (least[1] + most[1]) / 2, 0], extent, yaw: 0, pitch: 0 }
}

function handBox({ joints }: Motion, frame: number, { hand }: Arm): { least: [number, number]; most: [number, number] } {
  const along = (axis: number) => Array.from({ length: 21 }, (_, j) => joints[frame * COORDS + (hand + j) * 3 + axis]!)
  const [x, y] = [along(0), along(1)]
  return { least: [Math.min(...x), Math.min(...y)], most: [Math.max(...x), Math.max(...y)] }
}
