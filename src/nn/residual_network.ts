// ResNet-18 (He et al. 2016) on the frames of videos: from an image to one row of features. Parameters have torchvision's structure, names ours.

import type { Tensor } from '../device/memory.js'
import { maxPool } from '../ops/max_pool.js'
import { meanPool } from '../ops/mean_pool.js'
import { pixelRows } from '../ops/patch_embedding.js'
import { relu } from '../ops/relu.js'
import { type ConvolutionShape, convolutionSpecs, convolve } from './convolution.js'
import type { Images } from './images.js'
import type { Init } from './init.js'
import { batchNorm } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { type BlockShape, blocksOf, type StageWidths, stem, stemPool } from './residual_network_config.js'
import { batchNormSpecs } from './specs.js'

const NAME = 'image'

/** Features of images: [N, 1, widths[3]]. Batch norms are over all pixels of the images that are there; the features of one that is not are 0. */
export function residualNetwork(r: Pick<Recording, 'graph' | 'weights'>, { images, there }: Images, widths: StageWidths): Tensor {
  const { recorder } = r.graph
  const pixels = recorder.scope(NAME, () => pixelRows(r.graph, images))
  const first = normed(r, `${NAME}/first`, pixels, there, stem(widths))
  let x = recorder.scope(`${NAME}/first`, () => maxPool(r.graph, first, there, stemPool))
  for (const block of blocksOf(widths)) x = residualBlock(r, block, x, there)
  return recorder.scope(`${NAME}/mean`, () => meanPool(r.graph, x, there))
}

/** max(0, N₂(max(0, N₁(x))) + x) */
function residualBlock(
  r: Pick<Recording, 'graph' | 'weights'>,
  { name: place, first, second, past }: BlockShape,
  x: Tensor,
  there: Tensor,
): Tensor {
  const { recorder } = r.graph
  const name = `${NAME}/${place}`
  const inner = normed(r, `${name}/first`, x, there, first)
  const branch = normed(
    r,
    `${name}/second`,
    recorder.scope(name, () => relu(r.graph, inner)),
    there,
    second,
  )
  const residual = past ? normed(r, `${name}/past`, x, there, past) : x
  return recorder.scope(name, () => relu(r.graph, branch, residual))
}

/** BN(convolution of x) */
const normed = (r: Pick<Recording, 'graph' | 'weights'>, name: string, x: Tensor, there: Tensor, shape: ConvolutionShape): Tensor =>
  batchNorm(r, `${name}/norm`, convolve(r, name, x, there, shape), there)

export function residualNetworkSpecs(widths: StageWidths): ParameterSpec[] {
  const layer = (name: string, shape: ConvolutionShape) => [
    ...convolutionSpecs(name, shape, fanOut(shape)),
    ...batchNormSpecs(`${name}/norm`, shape.outputs),
  ]
  return [
    ...layer(`${NAME}/first`, stem(widths)),
    ...blocksOf(widths).flatMap(({ name, first, second, past }) => [
      ...layer(`${NAME}/${name}/first`, first),
      ...layer(`${NAME}/${name}/second`, second),
      ...(past ? layer(`${NAME}/${name}/past`, past) : []),
    ]),
  ]
}

/** As torchvision begins them: normal, so that gradients keep their size through a ReLU. */
const fanOut = ({ outputs, kernelHeight, kernelWidth }: ConvolutionShape): Init => ({
  kind: 'normal',
  deviation: Math.sqrt(2 / (outputs * kernelHeight * kernelWidth)),
})
