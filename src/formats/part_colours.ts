// The colours that travel with a motion into files of other tools, one for each part of the skeleton.

import type { Part } from '../motion/skeleton.js'

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number]

export const partColours: Readonly<Record<Part, Rgb>> = {
  head: [120, 120, 120],
  body: [120, 120, 120],
  leftArm: [70, 110, 150],
  rightArm: [170, 105, 70],
  thumb: [214, 69, 65],
  index: [230, 150, 30],
  middle: [60, 160, 80],
  ring: [50, 120, 200],
  little: [140, 80, 180],
}
