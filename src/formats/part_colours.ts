// The colours that travel with a motion into files of other tools, as bytes.

import { type Rgb, rgb } from '../motion/colour.js'
import { partColours as colours } from '../motion/layout/skeleton_50.js'
import type { Part } from '../motion/skeleton.js'

export const partColours = Object.fromEntries(Object.entries(colours).map(([part, colour]) => [part, rgb(colour)])) as Readonly<
  Record<Part, Rgb>
>
