// A motion as pictures one after the other, at its own speed, beside its reference if there is one: what every animated file holds.

import { checkMotion } from '../motion/check.js'
import type { Motion } from '../motion/clip.js'
import { cameraFor, type Turn } from './camera.js'
import { type Palette, type PaletteName, palettes } from './colours.js'
import { rasterCell } from './png.js'
import { Raster } from './raster.js'
import { DEFAULT_SIZE, label } from './sheet.js'
import { frameAtTime, pictureTimes } from './timeline.js'

export interface AnimationOptions {
  /** Pixels a picture is wide and high; 480 if not said. */
  readonly size?: number
  /** Shown to the left, on the same clock and at the same scale; whichever is shorter goes blank at its end. */
  readonly reference?: Motion
  readonly turn?: Turn
  /** `standard` if not said. */
  readonly palette?: PaletteName
}

/** What a file format asks of its pictures. */
export interface PictureNeeds {
  /** Frames a second that players of the format show at most: of faster motions frames are left out. */
  readonly fastest?: number
  /** Width and height are multiples of this many pixels; 1 if not said. */
  readonly step?: number
}

export interface Animation {
  readonly fps: number
  /** Pictures in all. */
  readonly frames: number
  readonly width: number
  readonly height: number
  /** What is shown, from left to right. */
  readonly strips: readonly Motion[]
  readonly palette: Palette
  /** The pictures in order, each of its own memory. */
  pictures(): Generator<Raster>
}

/** Pixels between a motion and its reference. */
const RULE = 1

/** The pictures of a motion. Throws ERR_DATA naming `who` for a malformed motion. */
export function animation(motion: Motion, options: AnimationOptions, who: string, needs: PictureNeeds = {}): Animation {
  const { size = DEFAULT_SIZE, reference, turn } = options
  const palette = palettes[options.palette ?? 'standard'].light
  const { fastest = Number.POSITIVE_INFINITY, step = 1 } = needs
  const strips = reference ? [reference, motion] : [motion]
  for (const strip of strips) checkMotion(strip, who)
  const camera = cameraFor(strips, turn)
  const { fps, frames } = pictureTimes(motion, strips, fastest)
  const up = (pixels: number) => Math.ceil(pixels / step) * step
  const [width, height] = [up(strips.length * (size + RULE) - RULE), up(size)]
  return {
    fps,
    frames,
    width,
    height,
    strips,
    palette,
    *pictures() {
      for (let i = 0; i < frames; i++) {
        const picture = new Raster(width, height, palette.rule)
        strips.forEach((strip, column) => {
          const frame = frameAtTime(strip, i / fps)
          const cell = { motion: strip, frame, label: label(strip, frame, reference) }
          picture.place(rasterCell(cell, camera, size, palette), column * (size + RULE), 0)
        })
        yield picture
      }
    },
  }
}
