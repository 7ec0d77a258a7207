// Changes of colours as one matrix: brightness, contrast, saturation and hue, and grey.

import type { Random } from '../base/random.js'

/** Mean and deviation of the colours that image encoders are trained on (ImageNet's), as they are given to the kernel: the latter as 1 / deviation. */
export const normalisation: readonly number[] = [0.485, 0.456, 0.406, 1 / 0.229, 1 / 0.224, 1 / 0.225]

/** How far at most each is changed. Factors are drawn from 1 - x to 1 + x, the hue from -x to x of a full turn. */
export interface Jitter {
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
  readonly hue: number
}

/** Factors, and a share of a full turn. */
export interface ColourChange extends Jitter {
  readonly grey: boolean
}

export const unchangedColours: ColourChange = { brightness: 1, contrast: 1, saturation: 1, hue: 0, grey: false }

/** Draws as many numbers whether or not the colours are to be changed. */
export function jitteredColours(random: Random, jitter: Jitter | undefined, grey: boolean): ColourChange {
  const [brightness, contrast, saturation, hue] = [1, 2, 3, 4].map(() => 2 * random.uniform() - 1) as [number, number, number, number]
  if (!jitter) return { ...unchangedColours, grey }
  return {
    brightness: 1 + brightness * jitter.brightness,
    contrast: 1 + contrast * jitter.contrast,
    saturation: 1 + saturation * jitter.saturation,
    hue: hue * jitter.hue,
    grey,
  }
}

/** Three rows of a matrix and what is added. */
type Affine = readonly (readonly [number, number, number, number])[]

/** How bright the eye finds red, green and blue (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114] as const
const MID_GREY = 0.5

/**
 * Rows of 4 for three colours: what is done to them, one after the other in the order of the fields. Contrast is about mid-grey, not about each frame's
 * mean, so that it is the same for all frames.
 */
export function colourMatrix({ brightness, contrast, saturation, hue, grey }: ColourChange): number[] {
  const steps: Affine[] = [scaled(brightness, 0), scaled(contrast, MID_GREY), saturated(saturation), turned(hue)]
  if (grey) steps.push(saturated(0))
  return steps.reduce(behind).flat()
}

const scaled = (factor: number, about: number): Affine =>
  [0, 1, 2].map((row) => [row === 0 ? factor : 0, row === 1 ? factor : 0, row === 2 ? factor : 0, (1 - factor) * about])

/** Between grey, at 0, and the colours as they are, at 1. */
const saturated = (factor: number): Affine =>
  [0, 1, 2].map((row) => {
    const [r, g, b] = LUMA.map((weight, column) => (1 - factor) * weight + (row === column ? factor : 0)) as [number, number, number]
    return [r, g, b, 0]
  })

/** Turns colours about the axis of greys. */
function turned(share: number): Affine {
  const [cos, sin] = [Math.cos(2 * Math.PI * share), Math.sin(2 * Math.PI * share)]
  const [along, across] = [(1 - cos) / 3, sin / Math.sqrt(3)]
  return [
    [cos + along, along - across, along + across, 0],
    [along + across, cos + along, along - across, 0],
    [along - across, along + across, cos + along, 0],
  ]
}

/** What is done first, then the next. */
const behind = (first: Affine, next: Affine): Affine =>
  next.map((row) => {
    const column = (i: number) => row[0] * first[0]![i]! + row[1] * first[1]![i]! + row[2] * first[2]![i]!
    return [column(0), column(1), column(2), column(3) + row[3]]
  })
