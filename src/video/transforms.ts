// How frames are drawn into an image encoder's squares: resized whole, or as training has it turned, cropped, mirrored and with other colours, alike for
// all frames of a clip. Matrices for the kernel frame_augment.

import type { Random } from '../base/random.js'
import { TRANSFORM } from '../kernels/frame_augment.js'
import { type ColourChange, colourMatrix, type Jitter, jitteredColours, normalisation, unchangedColours } from './colours.js'

/** A change of place, in shares of the frame's width and height. */
export interface ClipAugmentation {
  /** Degrees, about the middle of the frame. */
  readonly angle: number
  /** What is left of the turned frame: the part from `left` and `top` on. */
  readonly crop: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
  readonly mirrored: boolean
  readonly colours: ColourChange
}

/** How often, and how far. */
export interface AugmentationOptions {
  readonly rotate: { readonly probability: number; readonly degrees: number }
  /** Share of the area that is left, and of the aspect ratio. */
  readonly crop: { readonly scale: readonly [least: number, most: number]; readonly ratio: readonly [least: number, most: number] }
  readonly mirror: { readonly probability: number }
  readonly jitter: Jitter & { readonly probability: number }
  readonly grey: { readonly probability: number }
}

/** As published for Sign2GPT, but for how strong the changes of colours are, which is not told. */
export const publishedAugmentation: AugmentationOptions = {
  rotate: { probability: 0.3, degrees: 5 },
  crop: { scale: [0.875, 1], ratio: [0.9, 1.1] },
  mirror: { probability: 0.5 },
  jitter: { probability: 0.3, brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.05 },
  grey: { probability: 0.2 },
}

export const noAugmentation: ClipAugmentation = {
  angle: 0,
  crop: { left: 0, top: 0, width: 1, height: 1 },
  mirrored: false,
  colours: unchangedColours,
}

/** What is done to all frames of one clip. The draws are always as many, so that one kind of change moves no other. */
export function drawAugmentation(random: Random, { rotate, crop, mirror, jitter, grey }: AugmentationOptions): ClipAugmentation {
  const happens = (probability: number) => random.uniform() < probability
  const within = (size: number) => (2 * random.uniform() - 1) * size
  const turned = happens(rotate.probability)
  const angle = within(rotate.degrees)
  const mirrored = happens(mirror.probability)
  const jittered = happens(jitter.probability)
  const greyed = happens(grey.probability)
  return {
    angle: turned ? angle : 0,
    mirrored,
    colours: jitteredColours(random, jittered ? jitter : undefined, greyed),
    crop: drawCrop(random, crop),
  }
}

/** A random part of the frame's area in a random ratio; where ten do not fit, all of it. */
function drawCrop(random: Random, { scale, ratio }: AugmentationOptions['crop']): ClipAugmentation['crop'] {
  for (let tries = 0; tries < 10; tries++) {
    const area = scale[0] + random.uniform() * (scale[1] - scale[0])
    const [low, high] = [Math.log(ratio[0]), Math.log(ratio[1])]
    const stretch = Math.exp(low + random.uniform() * (high - low))
    const [width, height] = [Math.sqrt(area * stretch), Math.sqrt(area / stretch)]
    const [left, top] = [random.uniform(), random.uniform()]
    if (width <= 1 && height <= 1) return { left: left * (1 - width), top: top * (1 - height), width, height }
  }
  return noAugmentation.crop
}

/** The numbers that frame_augment draws a frame of `width` by `height` pixels into a square of `size` with. */
export function frameTransform(
  { width, height }: { readonly width: number; readonly height: number },
  size: number,
  { angle, crop, mirrored, colours }: ClipAugmentation = noAugmentation,
): Float32Array {
  // Of the square into the part of the turned frame that is left, then turned back about its middle.
  const [stepX, stepY] = [(crop.width * width) / size, (crop.height * height) / size]
  const [signX, startX] = mirrored ? [-stepX, (crop.left + crop.width) * width] : [stepX, crop.left * width]
  const startY = crop.top * height
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]
  const [midX, midY] = [width / 2, height / 2]
  const map = [
    ...[cos * signX, -sin * stepY, cos * (startX - midX) - sin * (startY - midY) + midX],
    ...[sin * signX, cos * stepY, sin * (startX - midX) + cos * (startY - midY) + midY],
  ]
  const numbers = [...map, ...colourMatrix(colours), ...normalisation]
  return Float32Array.from({ length: TRANSFORM }, (_, i) => numbers[i]!)
}
