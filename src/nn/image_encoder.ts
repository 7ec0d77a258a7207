// A vision transformer on the frames of videos, as DINOv2's (Oquab et al. 2023): square patches and a class token through pre-norm layers whose
// branches have scales of their own. Frozen, with low-rank adapters in its last layers as Sign2GPT trains it, or trained whole.

import type { Tensor } from '../device/memory.js'
import { attention } from '../ops/attention.js'
import { classToken } from '../ops/class_token.js'
import { clipRows } from '../ops/clip_rows.js'
import { gelu } from '../ops/gelu.js'
import { linear } from '../ops/linear.js'
import { loraLinear } from '../ops/lora.js'
import { mixedRows } from '../ops/mixed_rows.js'
import { patchEmbedding } from '../ops/patch_embedding.js'
import { scaledResidual } from '../ops/scaled_residual.js'
import { type ImageEncoderConfig, isAdapted } from './image_encoder_config.js'
import { norm } from './layers.js'
import type { Recording } from './recording.js'

/** What an image encoder reads that is not learned; `ImageTables` has them. */
export interface ImageConstants {
  /** u32 [at least the images of one pass], all as large as can be: every token of an image counts. */
  readonly everyToken: Tensor
  /** `[tokens, 1 + grid²]`: how positions are mixed, where the image has another grid than the table. */
  readonly shares?: Tensor | undefined
}

/** All that its layers are recorded with. */
interface Encoding {
  readonly r: Recording
  readonly config: ImageEncoderConfig
  readonly constants: ImageConstants
}

/** Images [N, 3, height, width], normalised, to tokens before the last norm [N, tokens, D]: the class token, then the patches line by line. */
export function imageTokens(
  { graph, weights }: Pick<Recording, 'graph' | 'weights'>,
  images: Tensor,
  config: ImageEncoderConfig,
  constants: ImageConstants,
): Tensor {
  const encoding = { r: { graph, weights, config: layersOf(config) }, config, constants }
  let x = embedPatches(encoding, images)
  for (let i = 0; i < config.layers; i++) {
    x = attentionHalf(encoding, i, x)
    x = feedForwardHalf(encoding, i, x)
  }
  return x
}

/** The last norm of tokens, or of the class tokens alone. */
export const imageNorm = ({ graph, weights }: Pick<Recording, 'graph' | 'weights'>, x: Tensor, config: ImageEncoderConfig): Tensor =>
  norm({ graph, weights, config: layersOf(config) }, 'image/norm', x)

/**
 * Features of the frames of clips, [B, length, D]: class tokens behind the last norm. The frames lie one behind the other, without padding between
 * clips, in the images of `parts`, [N, 3, height, width] each, as many at once as an adapter binds; lengths u32 [B].
 */
export function imageFeatures(
  r: Pick<Recording, 'graph' | 'weights'>,
  parts: readonly Tensor[],
  { lengths, length }: { readonly lengths: Tensor; readonly length: number },
  config: ImageEncoderConfig,
  constants: ImageConstants,
): Tensor {
  const encoded = parts.map((images) => imageTokens(r, images, config, constants))
  const rows = r.graph.recorder.scope('image/frames', () => clipRows(r.graph, encoded, lengths, length))
  return imageNorm(r, rows, config)
}

const layersOf = ({ heads, layers }: ImageEncoderConfig): Recording['config'] => ({
  heads,
  dropout: 0,
  activation: 'gelu-erf',
  normEpsilon: 1e-6,
  encoderLayers: layers,
  decoderLayers: 0,
})

function embedPatches({ r: { graph, weights }, config: { patch }, constants: { shares } }: Encoding, images: Tensor): Tensor {
  return graph.recorder.scope('image', () => {
    const [weight, bias] = [weights.get('image/patches/weight'), weights.get('image/patches/bias')]
    const patches = patchEmbedding(graph, images, { weight, bias }, patch)
    const table = weights.get('image/positions')
    return classToken(graph, patches, weights.get('image/class_token'), shares ? mixedRows(graph, shares, table) : table)
  })
}

/** x + scale ⊙ Out(attention(LN x)) */
function attentionHalf(encoding: Encoding, layer: number, x: Tensor): Tensor {
  const { r, config, constants } = encoding
  const name = `image/layer.${layer}/attention`
  const qkv = project(encoding, layer, `${name}/qkv`, norm(r, `${name}/norm`, x))
  const options = { heads: config.heads, keyLengths: constants.everyToken, causal: false }
  const attended = r.graph.recorder.scope(name, () => attention(r.graph, qkv, qkv, qkv, options))
  return scaled(r, name, x, project(encoding, layer, `${name}/out`, attended))
}

/** x + scale ⊙ Narrow(GELU(Wide(LN x))) */
function feedForwardHalf(encoding: Encoding, layer: number, x: Tensor): Tensor {
  const { r } = encoding
  const name = `image/layer.${layer}/feed_forward`
  const wide = project(encoding, layer, `${name}/wide`, norm(r, `${name}/norm`, x))
  const activated = r.graph.recorder.scope(name, () => gelu(r.graph, wide, 'erf'))
  return scaled(r, name, x, project(encoding, layer, `${name}/narrow`, activated))
}

const scaled = ({ graph, weights }: Recording, name: string, x: Tensor, branch: Tensor): Tensor =>
  graph.recorder.scope(name, () => scaledResidual(graph, x, branch, weights.get(`${name}/scale`)))

/** x·wᵀ + b, with what the layer's adapter adds where it has one. */
function project({ r: { graph, weights }, config }: Encoding, layer: number, name: string, x: Tensor): Tensor {
  const [weight, bias] = [weights.get(`${name}/weight`), weights.get(`${name}/bias`)]
  return graph.recorder.scope(name, () => {
    if (!isAdapted(config, layer)) return linear(graph, x, weight, bias, name.endsWith('/qkv') ? { idleBias: keysOf(config) } : {})
    const { rank, alpha, dropout } = config.adapters!
    const factors = { a: weights.get(`${name}/lora/a`), b: weights.get(`${name}/lora/b`), factor: alpha / rank, dropout }
    return loraLinear(graph, x, { weight, bias }, factors)
  })
}

/** A key's bias adds the same to all scores of a query. */
const keysOf = ({ width }: ImageEncoderConfig) => ({ first: width, count: width })
