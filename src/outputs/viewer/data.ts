// What the viewer's page holds, as its writer and its script both see it.

import type { LayoutName } from '../../motion/layout/layout.js'
import type { PaletteName } from '../colours.js'

/** A motion as the page holds it: `value = integer * step`. */
export interface PackedMotion {
  readonly fps: number
  readonly frames: number
  /** What the numbers of a frame are; absent: the 50 joints. */
  readonly layout?: LayoutName
  readonly step: number
  /** Little-endian 16-bit integers in base64, the coordinates of a frame after another. */
  readonly data: string
  /** A byte a point and frame in base64, 0 where it was not seen; absent: all are there. */
  readonly seen?: string
}

/** What the clip is about, in words. */
export interface ClipText {
  readonly title: string
  readonly language: string
  readonly text: string
  readonly scores: readonly (readonly [name: string, score: string])[]
}

/** One clip, with where the camera stands for it; lengths in units of the motion. */
export interface PackedClip extends ClipText {
  readonly centre: readonly [x: number, y: number, z: number]
  readonly extent: number
  readonly motion: PackedMotion
  readonly reference?: PackedMotion
}

export interface ViewerData {
  readonly palette: PaletteName
  readonly clips: readonly PackedClip[]
}
