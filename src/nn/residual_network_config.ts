// How large a ResNet-18 is (He et al. 2016): its convolutions, and what of it is trained.

import { SignError } from '../base/errors.js'
import { type WindowSteps, windowsAlong } from '../ops/convolution.js'
import { padded } from '../ops/parameter.js'
import type { ConvolutionShape } from './convolution.js'

/** Channels behind each of the four stages. */
export type StageWidths = readonly [number, number, number, number]

export interface ResidualNetworkConfig {
  readonly widths: StageWidths
  /** Pixels of an image. */
  readonly imageSize: readonly [height: number, width: number]
  /** All of it, or nothing. */
  readonly trained: 'all' | 'none'
}

/** ResNet-18 as published, for images of 224 × 224. */
export const resnet18: ResidualNetworkConfig = { widths: [64, 128, 256, 512], imageSize: [224, 224], trained: 'all' }

const CHANNELS = 3
/** Blocks of a stage. */
const BLOCKS = 2

const square = (side: number, step: number, inputs: number, outputs: number): ConvolutionShape => ({
  ...{ kernelHeight: side, kernelWidth: side, step, edge: Math.floor(side / 2) },
  ...{ inputs, outputs },
})

/** The convolution before all blocks, and the pool behind it. */
export const stem = (widths: StageWidths): ConvolutionShape => square(7, 2, CHANNELS, widths[0])
export const stemPool: WindowSteps = { kernelHeight: 3, kernelWidth: 3, step: 2, edge: 1 }

/** A block of two convolutions, with a third of one pixel past them where its size changes. */
export interface BlockShape {
  /** Where it stands: `stage.0/block.1`. */
  readonly name: string
  readonly first: ConvolutionShape
  readonly second: ConvolutionShape
  readonly past: ConvolutionShape | undefined
}

export function blocksOf(widths: StageWidths): BlockShape[] {
  return widths.flatMap((width, stage) =>
    Array.from({ length: BLOCKS }, (_, block) => {
      const before = block === 0 ? (widths[stage - 1] ?? widths[0]) : width
      const step = block === 0 && stage > 0 ? 2 : 1
      return {
        name: `stage.${stage}/block.${block}`,
        first: square(3, step, before, width),
        second: square(3, 1, width, width),
        past: step === 1 && before === width ? undefined : square(1, step, before, width),
      }
    }),
  )
}

/** Numbers of the largest tensor that an image becomes: the windows of a convolution, or what comes out of one. */
export function mostResidualNumbers({ widths, imageSize }: ResidualNetworkConfig): number {
  const behind = (size: readonly number[], steps: WindowSteps) => size.map((extent) => windowsAlong(extent, steps.kernelHeight, steps))
  const numbers = (size: readonly number[], { kernelHeight, kernelWidth, inputs, outputs }: ConvolutionShape) =>
    size.reduce((product, extent) => product * extent, 1) * Math.max(padded(kernelHeight * kernelWidth * inputs), padded(outputs))
  const first = stem(widths)
  let size = behind(imageSize, first)
  let most = Math.max(imageSize[0] * imageSize[1] * padded(CHANNELS), numbers(size, first))
  size = behind(size, stemPool)
  for (const block of blocksOf(widths)) {
    size = behind(size, block.first)
    most = Math.max(most, numbers(size, block.first), numbers(size, block.second))
  }
  return most
}

/** Throws ERR_CONFIG naming `who` for sizes that no kernel takes. */
export function checkResidualNetwork({ widths, imageSize }: ResidualNetworkConfig, who: string): void {
  for (const [name, value] of [...widths.map((width) => ['widths', width] as const), ...imageSize.map((size) => ['size', size] as const)])
    if (!Number.isInteger(value) || value < 1)
      throw new SignError('ERR_CONFIG', who, `wanted ${name} as whole numbers from 1, got ${value}`, 'Choose another size')
}
