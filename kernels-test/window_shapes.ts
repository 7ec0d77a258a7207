// Shapes that kernels which go over images in windows are tested at.

import { Random } from '../src/base/random.js'
import { type WindowSteps, windowsAlong } from '../src/kernels/windows.js'

interface Image extends WindowSteps {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** With what follows from it. */
export const windowShape = (image: Image) => {
  const up = (n: number) => 4 * Math.ceil(n / 4)
  return {
    ...image,
    filled: 0,
    stride: up(image.channels),
    down: windowsAlong(image.height, image.kernelHeight, image),
    across: windowsAlong(image.width, image.kernelWidth, image),
    columns: up(image.kernelHeight * image.kernelWidth * image.channels),
  }
}

/** Signing, five frames at a time; the first layer of a ResNet, and the others; a window as large as the image; a prime number of lanes. */
export const windowImages: readonly Image[] = [
  { batch: 1, height: 1, width: 5, channels: 4, kernelHeight: 1, kernelWidth: 5, step: 1, edge: 0 },
  { batch: 3, height: 1, width: 37, channels: 6, kernelHeight: 1, kernelWidth: 5, step: 1, edge: 0 },
  { batch: 4, height: 1, width: 13, channels: 512, kernelHeight: 1, kernelWidth: 5, step: 1, edge: 0 },
  { batch: 2, height: 18, width: 22, channels: 3, kernelHeight: 7, kernelWidth: 7, step: 2, edge: 3 },
  { batch: 2, height: 9, width: 7, channels: 8, kernelHeight: 3, kernelWidth: 3, step: 1, edge: 1 },
  { batch: 2, height: 9, width: 8, channels: 12, kernelHeight: 3, kernelWidth: 3, step: 2, edge: 1 },
  { batch: 3, height: 7, width: 5, channels: 10, kernelHeight: 1, kernelWidth: 1, step: 2, edge: 0 },
  { batch: 1, height: 1, width: 1009, channels: 4, kernelHeight: 1, kernelWidth: 1, step: 1, edge: 0 },
]

/** Nothing to `width` columns a sample; the first is as wide as can be. */
export function someWidths({ batch, width }: Pick<Image, 'batch' | 'width'>): Uint32Array {
  const random = new Random(batch * 31 + width)
  return Uint32Array.from({ length: batch }, (_, b) => (b === 0 ? width : random.below(width + 1)))
}
