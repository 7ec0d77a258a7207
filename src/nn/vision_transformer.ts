// A vision transformer on the frames of videos, as DINOv2's (Oquab et al. 2023): square patches and a class token through pre-norm layers whose
// branches have scales of their own. Frozen, with low-rank adapters in its last layers as Sign2GPT trains it, or trained whole.

import type { Tensor } from '../device/memory.js'
import { attention } from '../ops/attention.js'
import { classToken } from '../ops/class_token.js'
import { gelu } from '../ops/gelu.js'
import { linear } from '../ops/linear.js'
import { loraLinear } from '../ops/lora.js'
import { mixedRows } from '../ops/mixed_rows.js'
import { patchEmbedding } from '../ops/patch_embedding.js'
import { scaledResidual } from '../ops/scaled_residual.js'
import type { Images } from './images.js'
import { norm } from './layers.js'
import type { Recording } from './recording.js'
import { isAdapted, type VisionTransformerConfig } from './vision_transformer_config.js'

/** All that its layers are recorded with. */
interface Encoding {
  readonly r: Recording
  readonly config: VisionTransformerConfig
  readonly there: Tensor
}

/**
 * Images to tokens before the last norm [N, tokens, D]: the class token, then the patches line by line. shares [tokens, 1 + grid²]: how positions are mixed,
 * where the image has another grid than the table.
 */
export function imageTokens(
  { graph, weights }: Pick<Recording, 'graph' | 'weights'>,
  { images, there }: Images,
  config: VisionTransformerConfig,
  shares: Tensor | undefined,
): Tensor {
  const encoding = { r: { graph, weights, config: layersOf(config) }, config, there }
  let x = embedPatches(encoding, images, shares)
  for (let i = 0; i < config.layers; i++) {
    x = attentionHalf(encoding, i, x)
    x = feedForwardHalf(encoding, i, x)
  }
  return x
}

/** The last norm of tokens, or of the class tokens alone. */
export const imageNorm = ({ graph, weights }: Pick<Recording, 'graph' | 'weights'>, x: Tensor, config: VisionTransformerConfig): Tensor =>
  norm({ graph, weights, config: layersOf(config) }, 'image/norm', x)

const layersOf = ({ heads, layers }: VisionTransformerConfig): Recording['config'] => ({
  heads,
  dropout: 0,
  activation: 'gelu-erf',
  normEpsilon: 1e-6,
  encoderLayers: layers,
  decoderLayers: 0,
})

function embedPatches({ r: { graph, weights }, config: { patch } }: Encoding, images: Tensor, shares: Tensor | undefined): Tensor {
  return graph.recorder.scope('image', () => {
    const [weight, bias] = [weights.get('image/patches/weight'), weights.get('image/patches/bias')]
    const patches = patchEmbedding(graph, images, { weight, bias }, patch)
    const table = weights.get('image/positions')
    return classToken(graph, patches, weights.get('image/class_token'), shares ? mixedRows(graph, shares, table) : table)
  })
}

/** x + scale ⊙ Out(attention(LN x)) */
function attentionHalf(encoding: Encoding, layer: number, x: Tensor): Tensor {
  const { r, config, there } = encoding
  const name = `image/layer.${layer}/attention`
  const qkv = project(encoding, layer, `${name}/qkv`, norm(r, `${name}/norm`, x))
  const options = { heads: config.heads, keyLengths: there, causal: false }
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
const keysOf = ({ width }: VisionTransformerConfig) => ({ first: width, count: width })
