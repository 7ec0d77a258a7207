// ResNet-18 (He et al. 2016) on the frames of videos: from an image to one row of features. Parameters have torchvision's structure, names ours.

import type { Tensor } from '../device/memory.js'
import type { WindowSteps } from '../ops/convolution.js'
import { maxPool } from '../ops/max_pool.js'
import { meanPool } from '../ops/mean_pool.js'
import { pixelRows } from '../ops/patch_embedding.js'
import { relu } from '../ops/relu.js'
import { type ConvolutionShape, convolutionSpecs, convolve } from './convolution.js'
import type { Init } from './init.js'
import { batchNorm } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { batchNormSpecs } from './specs.js'

/** Channels behind each of the four stages. */
export type StageWidths = readonly [number, number, number, number]

export const resnet18Widths: StageWidths = [64, 128, 256, 512]

const CHANNELS = 3
/** Blocks of a stage. */
const BLOCKS = 2
const NAME = 'image'

const square = (side: number, step: number, inputs: number, outputs: number): ConvolutionShape => ({
  ...{ kernelHeight: side, kernelWidth: side, step, edge: Math.floor(side / 2) },
  ...{ inputs, outputs },
})
const pool: WindowSteps = { kernelHeight: 3, kernelWidth: 3, step: 2, edge: 1 }

/** A block of two convolutions, with a third of one pixel past them where its size changes. */
interface BlockShape {
  readonly name: string
  readonly first: ConvolutionShape
  readonly second: ConvolutionShape
  readonly past: ConvolutionShape | undefined
}

const stem = (widths: StageWidths) => square(7, 2, CHANNELS, widths[0])

function blocks(widths: StageWidths): BlockShape[] {
  return widths.flatMap((width, stage) =>
    Array.from({ length: BLOCKS }, (_, block) => {
      const before = block === 0 ? (widths[stage - 1] ?? widths[0]) : width
      const step = block === 0 && stage > 0 ? 2 : 1
      return {
        name: `${NAME}/stage.${stage}/block.${block}`,
        first: square(3, step, before, width),
        second: square(3, 1, width, width),
        past: step === 1 && before === width ? undefined : square(1, step, before, width),
      }
    }),
  )
}

/**
 * Features of images [N, 3, height, width], normalised: [N, 1, widths[3]]. every u32 [N], each at least the largest side: all columns count. Batch norms are
 * over all pixels of all images.
 */
export function residualNetwork(r: Pick<Recording, 'graph' | 'weights'>, images: Tensor, widths: StageWidths, every: Tensor): Tensor {
  const { recorder } = r.graph
  const pixels = recorder.scope(NAME, () => pixelRows(r.graph, images))
  const first = normed(r, `${NAME}/first`, pixels, every, stem(widths))
  let x = recorder.scope(`${NAME}/first`, () => maxPool(r.graph, first, every, pool))
  for (const block of blocks(widths)) x = residualBlock(r, block, x, every)
  return recorder.scope(`${NAME}/mean`, () => meanPool(r.graph, x, every))
}

/** max(0, N₂(max(0, N₁(x))) + x) */
function residualBlock(
  r: Pick<Recording, 'graph' | 'weights'>,
  { name, first, second, past }: BlockShape,
  x: Tensor,
  every: Tensor,
): Tensor {
  const { recorder } = r.graph
  const inner = normed(r, `${name}/first`, x, every, first)
  const branch = normed(
    r,
    `${name}/second`,
    recorder.scope(name, () => relu(r.graph, inner)),
    every,
    second,
  )
  const residual = past ? normed(r, `${name}/past`, x, every, past) : x
  return recorder.scope(name, () => relu(r.graph, branch, residual))
}

/** BN(convolution of x) */
const normed = (r: Pick<Recording, 'graph' | 'weights'>, name: string, x: Tensor, every: Tensor, shape: ConvolutionShape): Tensor =>
  batchNorm(r, `${name}/norm`, convolve(r, name, x, every, shape), every)

export function residualNetworkSpecs(widths: StageWidths): ParameterSpec[] {
  const layer = (name: string, shape: ConvolutionShape) => [
    ...convolutionSpecs(name, shape, fanOut(shape)),
    ...batchNormSpecs(`${name}/norm`, shape.outputs),
  ]
  return [
    ...layer(`${NAME}/first`, stem(widths)),
    ...blocks(widths).flatMap(({ name, first, second, past }) => [
      ...layer(`${name}/first`, first),
      ...layer(`${name}/second`, second),
      ...(past ? layer(`${name}/past`, past) : []),
    ]),
  ]
}

/** As torchvision begins them: normal, so that gradients keep their size through a ReLU. */
const fanOut = ({ outputs, kernelHeight, kernelWidth }: ConvolutionShape): Init => ({
  kind: 'normal',
  deviation: Math.sqrt(2 / (outputs * kernelHeight * kernelWidth)),
})
