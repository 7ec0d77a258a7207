// A frame of a motion as marks: 50 joints as a signer, other layouts as their points.

import { confidenceAt, frameAt, type Motion } from '../motion/clip.js'
import { isSkeleton, layoutOfMotion } from '../motion/layout/layouts.js'
import type { Camera } from './camera.js'
import { type Palette, palettes } from './colours.js'
import { drawFrame, drawGhost, type Mark } from './draw.js'
import { drawPoints } from './draw_points.js'

/** The marks of frame `i`, what is far first. */
export function drawMotion(motion: Motion, i: number, camera: Camera, size: number, palette: Palette): Mark[] {
  if (isSkeleton(motion)) return drawFrame(frameAt(motion, i), camera, size, palette)
  return drawPoints(pointsAt(motion, i), camera, size, palette)
}

/** The same frame in the palette's grey alone: to lie under what is compared with it. */
export function drawMotionGhost(motion: Motion, i: number, camera: Camera, size: number, palette: Palette): Mark[] {
  if (isSkeleton(motion)) return drawGhost(frameAt(motion, i), camera, size, palette)
  return drawPoints(pointsAt(motion, i), camera, size, palette, palette.ghost)
}

const pointsAt = (motion: Motion, i: number) => ({
  layout: layoutOfMotion(motion),
  coordinates: frameAt(motion, i),
  confidence: confidenceAt(motion, i),
})

/** The palette that a motion is drawn by: its layout may want paper of its own. */
export function paletteFor(motion: Motion, palette: Palette): Palette {
  const { paper } = layoutOfMotion(motion)
  return paper === undefined ? palette : { ...palettes[palette.name].dark, paper }
}
