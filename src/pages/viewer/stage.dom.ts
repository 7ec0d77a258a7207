// The viewer's picture.

import type { Motion } from '../../motion/clip.js'
import type { Camera } from '../../outputs/camera.js'
import type { Palette } from '../../outputs/colours.js'
import { drawMotion, drawMotionGhost, paletteFor } from '../../outputs/draw_motion.js'
import { type Surface, surfaceOf } from '../page.dom.js'

import { paintMarks } from './paint_marks.js'
import { type Mode, type Pane, panes } from './panes.js'
import type { Playback } from './playback.js'
import type { ShownClip } from './shown_clip.js'
import type { View } from './view.js'

/** All that a picture depends on. */
export interface Scene {
  readonly clip: ShownClip
  readonly playback: Playback
  readonly mode: Mode
  /** `mirrored`: as the signer would see it in a mirror, to copy it. */
  readonly view: View & { readonly perspective: boolean; readonly mirrored: boolean }
  readonly palette: Palette
}

/** Where the first label of a pane stands, and how far below it the next one. */
const LABEL = { left: 12, top: 22, lineHeight: 18 }
/** How much is seen of a motion that has ended. */
const ENDED_OPACITY = 0.3

export function paintScene(canvas: HTMLCanvasElement, given: Scene): void {
  const scene = { ...given, palette: paletteFor(given.clip.motion, given.palette) }
  const surface = surfaceOf(canvas)
  if (!surface) return
  const { context, width, height } = surface
  context.fillStyle = scene.palette.paper
  context.fillRect(0, 0, width, height)
  for (const pane of panes(width, height, scene.mode)) paintPane(surface, pane, scene)
}

function paintPane({ context }: Surface, pane: Pane, scene: Scene): void {
  const { left, top, width, height } = pane
  context.save()
  context.beginPath()
  context.rect(left, top, width, height)
  context.clip()
  pane.shown.forEach((shown, i) => {
    const motion = scene.clip[shown.which]
    if (!motion) return
    const due = scene.playback.frameOf(motion)
    const ended = due >= motion.frames
    paintMotion(context, pane, scene, { motion, frame: Math.min(due, motion.frames - 1), ghost: shown.ghost }, ended ? ENDED_OPACITY : 1)
    context.fillStyle = scene.palette.ink
    context.font = '600 13px system-ui, sans-serif'
    const label = [shown.label, ended ? 'ended' : ''].filter(Boolean).join(', ')
    context.fillText(label, left + LABEL.left, top + LABEL.top + i * LABEL.lineHeight)
  })
  context.restore()
  context.fillStyle = scene.palette.rule
  if (left > 0) context.fillRect(left, top, 1, height)
  if (top > 0) context.fillRect(left, top, width, 1)
}

/** One frame in the largest square around the pane's middle; what is beyond the square is seen too. */
function paintMotion(
  context: CanvasRenderingContext2D,
  { left, top, width, height }: Pane,
  { clip, view, palette }: Scene,
  { motion, frame, ghost }: { readonly motion: Motion; readonly frame: number; readonly ghost: boolean },
  opacity: number,
): void {
  const camera: Camera = { centre: clip.centre, extent: clip.extent, ...view }
  const size = Math.min(width, height)
  const marks = (ghost ? drawMotionGhost : drawMotion)(motion, frame, camera, size, palette)
  withOpacity(context, opacity, (layer) => {
    layer.translate(left + (width - size) / 2, top + (height - size) / 2)
    if (view.mirrored) layer.transform(-1, 0, 0, 1, size, 0)
    paintMarks(layer, marks)
  })
}

/** Paints as a whole: marks that are seen through one by one would show what they are there to cover. */
function withOpacity(context: CanvasRenderingContext2D, opacity: number, paint: (layer: CanvasRenderingContext2D) => void): void {
  context.save()
  if (opacity === 1) paint(context)
  else {
    const { canvas } = context
    const layer = document.createElement('canvas')
    layer.width = canvas.width
    layer.height = canvas.height
    const layerContext = layer.getContext('2d')!
    layerContext.setTransform(context.getTransform())
    paint(layerContext)
    context.globalAlpha = opacity
    context.resetTransform()
    context.drawImage(layer, 0, 0)
  }
  context.restore()
}
