import { bug } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import { imagePatches, imagePatchesGrad } from '../kernels/image_patches.js'
import type { Graph } from './graph.js'
import { linear } from './linear.js'
import type { LinearWeights } from './lora.js'
import { padded } from './parameter.js'

/**
 * [N, patches, D]: every square of `side` by `side` pixels of images [N, channels, height, width], line by line, through a convolution whose
 * steps are as long as its kernel. weight [D, channels·side²], as a convolution's is once it is flattened: channel by channel, line by line.
 */
export function patchEmbedding(g: Graph, images: Tensor, { weight, bias }: LinearWeights, side: number): Tensor {
  return linear(g, patches(g, images, side), weight, bias)
}

/** [N, height, width, channels rounded up to 4]: the channels of each pixel of images [N, channels, height, width] side by side. */
export function pixelRows(g: Graph, images: Tensor): Tensor {
  const [count, , height, width] = images.shape as [number, number, number, number]
  return patches(g, images, 1, [count, height, width])
}

/** The numbers of each square, in `places` of a shape of their own; default [N, patches]. */
function patches(g: Graph, images: Tensor, side: number, places?: readonly number[]): Tensor {
  const [count, channels, height, width] = images.shape as [number, number, number, number]
  if (height % side !== 0 || width % side !== 0)
    throw bug(images.name, `wanted an image that patches of ${side} fill, got ${height} × ${width}`)
  const stride = padded(channels * side * side)
  const shape = { images: count, channels, height, width, side, stride }
  const rows = g.tensor('patches', [...(places ?? [count, (height / side) * (width / side)]), stride])
  g.recorder.run(imagePatches, { x: images, y: rows }, shape)
  g.onBackward(rows, [images], (dy) => {
    g.addGrad(
      images,
      (dx) => g.recorder.run(imagePatchesGrad, { dy, dx }, { ...shape, accumulate: 0 }),
      (dx) => g.recorder.run(imagePatchesGrad, { dy, dx }, { ...shape, accumulate: 1 }),
    )
  })
  return rows
}
