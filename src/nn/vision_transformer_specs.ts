// The parameters of a vision transformer.

import { type Init, uniformFanIn, zeros } from './init.js'
import type { ParameterSpec } from './parameter_spec.js'
import { normSpecs, scaleSpec } from './specs.js'
import { isAdapted, type VisionTransformerConfig } from './vision_transformer_config.js'

const CHANNELS = 3

/** How vision transformers begin where nothing else is said, as DINOv2's code has it. */
const usual: Init = { kind: 'normal', deviation: 0.02 }

/**
 * All parameters, adapters included. A table of positions that is resized for the image is not trained, nor ever the row that stands for hidden
 * patches in DINOv2's own training.
 */
export function visionTransformerSpecs(config: VisionTransformerConfig): ParameterSpec[] {
  const { width, patch, imageSize, grid, layers, trained } = config
  const inputs = CHANNELS * patch * patch
  const fits = imageSize.every((pixels) => pixels === grid * patch)
  const all: readonly ParameterSpec[] = [
    { name: 'image/class_token', shape: [width], init: { kind: 'normal', deviation: 1e-6 } },
    { name: 'image/positions', shape: [1 + grid * grid, width], init: usual, table: true, ...(!fits && { trainable: false }) },
    { name: 'image/mask_token', shape: [width], init: zeros, trainable: false },
    { name: 'image/patches/weight', shape: [width, inputs], init: uniformFanIn(inputs) },
    { name: 'image/patches/bias', shape: [width], init: uniformFanIn(inputs) },
    ...Array.from({ length: layers }, (_, i) => layerSpecs(config, i)).flat(),
    ...normSpecs('image/norm', width),
  ]
  if (trained === 'all') return [...all]
  return all.map((spec) => (trained === 'adapters' && spec.name.includes('/lora/') ? spec : { ...spec, trainable: false }))
}

function layerSpecs(config: VisionTransformerConfig, layer: number): ParameterSpec[] {
  const { width, hidden, layerScale } = config
  const [attention, feedForward] = ['attention', 'feed_forward'].map((half) => `image/layer.${layer}/${half}`) as [string, string]
  return [
    ...normSpecs(`${attention}/norm`, width),
    ...productSpecs(config, layer, `${attention}/qkv`, width, 3 * width),
    ...productSpecs(config, layer, `${attention}/out`, width, width),
    scaleSpec(attention, width, layerScale),
    ...normSpecs(`${feedForward}/norm`, width),
    ...productSpecs(config, layer, `${feedForward}/wide`, width, hidden),
    ...productSpecs(config, layer, `${feedForward}/narrow`, hidden, width),
    scaleSpec(feedForward, width, layerScale),
  ]
}

/** Of one product and, where the layer has it, its adapter: B begins as zeros, so that it adds nothing. */
function productSpecs(config: VisionTransformerConfig, layer: number, name: string, inputs: number, outputs: number): ParameterSpec[] {
  const own: ParameterSpec[] = [
    { name: `${name}/weight`, shape: [outputs, inputs], init: usual },
    { name: `${name}/bias`, shape: [outputs], init: zeros },
  ]
  if (!isAdapted(config, layer)) return own
  const { rank } = config.adapters!
  return [
    ...own,
    { name: `${name}/lora/a`, shape: [rank, inputs], init: usual },
    { name: `${name}/lora/b`, shape: [outputs, rank], init: zeros },
  ]
}
