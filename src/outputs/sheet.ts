// What a contact sheet shows where: evenly spaced moments in a grid, and with a reference, each row of it above the row it is compared with.

import { checkMotion } from '../motion/check.js'
import type { Motion } from '../motion/clip.js'
import { type Camera, cameraFor, type Turn } from './camera.js'
import type { PaletteName } from './colours.js'
import { frameAtTime, spread } from './timeline.js'

export interface SheetOptions {
  /** Moments shown; 8 if not said. */
  readonly frames?: number
  /** Pictures in a row; 4 if not said. */
  readonly columns?: number
  /** Pixels a picture is wide and high; 480 if not said. */
  readonly size?: number
  /** What the motion is compared with, on the same clock and at the same scale. */
  readonly reference?: Motion
  /** Turns the signer; seen from the front if not said. */
  readonly turn?: Turn
  /** `standard` if not said. */
  readonly palette?: PaletteName
}

export interface Cell {
  readonly motion: Motion
  /** Undefined where this motion was over by then. */
  readonly frame: number | undefined
  readonly label: string
  /** Pixels from the sheet's left and top. */
  readonly x: number
  readonly y: number
}

export interface Sheet {
  readonly cells: readonly Cell[]
  readonly camera: Camera
  /** Pixels of one picture, and of the whole sheet. */
  readonly size: number
  readonly width: number
  readonly height: number
}

/** Pictures are a square this many pixels a side unless told otherwise. */
export const DEFAULT_SIZE = 480
/** Pixels between pictures. */
const RULE = 1

/** Lays a sheet out. `who` names it in errors. */
export function layOut(motion: Motion, options: SheetOptions, who: string): Sheet {
  const { frames = 8, columns = 4, size = DEFAULT_SIZE, reference } = options
  const strips = reference ? [reference, motion] : [motion]
  for (const strip of strips) checkMotion(strip, who)
  const moments = spread(strips, Math.max(1, Math.floor(frames)))
  const across = Math.max(1, Math.min(Math.floor(columns), moments.length))
  const step = size + RULE
  const cells = moments.flatMap((seconds, k) =>
    strips.map((strip, below): Cell => {
      const row = Math.floor(k / across) * strips.length + below
      const frame = frameAtTime(strip, seconds)
      return { motion: strip, frame, label: label(strip, frame, reference), x: (k % across) * step, y: row * step }
    }),
  )
  const down = Math.ceil(moments.length / across) * strips.length
  return { cells, camera: cameraFor(strips, options.turn), size, width: across * step - RULE, height: down * step - RULE }
}

/** `12/86` counted from 1 as people do, or `ended`; with what it is, where two are compared. */
export function label(motion: Motion, frame: number | undefined, reference: Motion | undefined): string {
  const counter = frame === undefined ? 'ended' : `${frame + 1}/${motion.frames}`
  if (!reference) return counter
  return `${motion === reference ? 'reference' : 'generated'} ${counter}`
}
