// The sign encoder of Sign2GPT (Wong et al. 2024): frame features through post-norm layers whose branches have scales of their own, each row seeing a
// few neighbours, with half as many rows from stage to stage.

import type { Tensor } from '../device/memory.js'
import { attention } from '../ops/attention.js'
import { averagePool } from '../ops/average_pool.js'
import { bandedAttention } from '../ops/banded_attention.js'
import { dropout } from '../ops/dropout.js'
import { gelu } from '../ops/gelu.js'
import { addPositions } from '../ops/positions.js'
import { rotary } from '../ops/rotary.js'
import { scaledResidual } from '../ops/scaled_residual.js'
import { norm, project, projectTogether } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import type { SignEncoderConfig } from './sign_encoder_config.js'
import { attentionSpecs, feedForwardSpecs, scaleSpec } from './specs.js'

export interface SignEncoderInputs {
  /** [B, T, D], zeros at padding. */
  readonly features: Tensor
  /** u32 [B] for each stage, as `stageLengths` tells. */
  readonly lengths: readonly Tensor[]
  /** u32 [B·T]: each row's place in its clip; not read without positions. */
  readonly at: Tensor
  /** [at least T, D], `positionTable`; not read without positions. */
  readonly positions: Tensor
  /** [at least T, D / heads], `rotaryTable`; not read without `rotary`. */
  readonly angles: Tensor
}

/** Frame features [B, T, D] to tokens [B, T', D]: with down-sampling between two stages T' is T/2 rounded up. What stands past a clip's length means nothing. */
export const signEncoder = (r: Pick<Recording, 'graph' | 'weights'>, config: SignEncoderConfig, inputs: SignEncoderInputs): Tensor =>
  signEncoderSteps(r, config, inputs).at(-1)!

/** What a sign encoder makes on its way, the last being its result: features with positions, then by turns what comes out of a stage and of the pool behind it. */
export function signEncoderSteps(
  { graph, weights }: Pick<Recording, 'graph' | 'weights'>,
  config: SignEncoderConfig,
  { features, lengths, at, positions, angles }: SignEncoderInputs,
): Tensor[] {
  const encoding = { r: { graph, weights, config: layersOf(config) }, config, angles }
  const scoped = (op: () => Tensor) => graph.recorder.scope(NAME, op)
  let x = config.positions ? scoped(() => addPositions(graph, features, positions, at)) : features
  const steps = [x]
  let layer = 0
  for (const [stage, layers] of config.stages.entries()) {
    if (stage > 0 && config.downSampling) {
      const clips = { lengths: lengths[stage - 1]!, padded: config.padding === 'rows' }
      x = scoped(() => averagePool(graph, x, clips))
      steps.push(x)
    }
    for (let i = 0; i < layers; i++, layer++) {
      x = attentionHalf(encoding, layer, x, lengths[stage]!)
      x = feedForwardHalf(encoding, layer, x)
    }
    steps.push(x)
  }
  return steps
}

/** The parameters of all layers; the pool has none. */
export function signEncoderSpecs(config: Pick<SignEncoderConfig, 'width' | 'hidden' | 'stages' | 'layerScale'>): ParameterSpec[] {
  const { width, layerScale } = config
  return Array.from({ length: layerCount(config) }, (_, layer) => {
    const [self, feedForward] = [`${layerName(layer)}/self`, `${layerName(layer)}/feed_forward`]
    return [
      ...attentionSpecs(self, width, ['key', 'value']),
      scaleSpec(self, width, layerScale),
      ...feedForwardSpecs(feedForward, config),
      scaleSpec(feedForward, width, layerScale),
    ]
  }).flat()
}

/** What all parameters of a sign encoder are called first. */
const NAME = 'sign_encoder'
const layerName = (layer: number): string => `${NAME}/layer.${layer}`
const layerCount = ({ stages }: Pick<SignEncoderConfig, 'stages'>): number => stages.reduce((sum, layers) => sum + layers, 0)

/** All that its layers are recorded with. */
interface Encoding {
  readonly r: Recording
  readonly config: SignEncoderConfig
  readonly angles: Tensor
}

const layersOf = (config: SignEncoderConfig): Recording['config'] => ({
  heads: config.heads,
  dropout: config.dropout,
  activation: 'gelu-erf',
  normEpsilon: 1e-5,
  encoderLayers: layerCount(config),
  decoderLayers: 0,
})

/** LN(x + scale ⊙ Drop(Out(attention(x)))) */
function attentionHalf(encoding: Encoding, layer: number, x: Tensor, lengths: Tensor): Tensor {
  const { r, config, angles } = encoding
  const { graph } = r
  const name = `${layerName(layer)}/self`
  // A key's bias is turned with the key, and so adds other numbers to a query's scores.
  const qkv = projectTogether(r, name, ['query', 'key', 'value'], x, { idleKeyBias: !config.rotary })
  const attended = graph.recorder.scope(name, () => {
    const turned = config.rotary ? rotary(graph, qkv, angles, config.heads) : qkv
    return attend(encoding, turned, lengths)
  })
  return joined(encoding, layer, name, x, project(r, `${name}/out`, attended, { dropout: config.dropout }))
}

function attend({ r: { graph }, config }: Encoding, qkv: Tensor, lengths: Tensor): Tensor {
  const { heads, window, padding, dropout, attentionDropout: rate = dropout } = config
  const padded = padding === 'rows'
  // A row of padding sees itself too, which of all attention only that of a band knows.
  if (window === 'all' && !padded) return attention(graph, qkv, qkv, qkv, { heads, keyLengths: lengths, causal: false, dropout: rate })
  const reach = window === 'all' ? qkv.shape[1]! : (window - 1) / 2
  return bandedAttention(graph, qkv, { heads, lengths, reach, padded, dropout: rate })
}

/** LN(x + scale ⊙ Drop(Narrow(Drop(GELU(Wide(x)))))) */
function feedForwardHalf(encoding: Encoding, layer: number, x: Tensor): Tensor {
  const { r, config } = encoding
  const { graph } = r
  const name = `${layerName(layer)}/feed_forward`
  const wide = project(r, `${name}/wide`, x)
  const activated = graph.recorder.scope(name, () => dropout(graph, gelu(graph, wide, 'erf'), config.dropout))
  return joined(encoding, layer, name, x, project(r, `${name}/narrow`, activated, { dropout: config.dropout }))
}

/** LN(x + scale ⊙ branch), the branch of whole clips dropped. */
function joined({ r, config }: Encoding, layer: number, name: string, x: Tensor, branch: Tensor): Tensor {
  const { graph, weights } = r
  const dropPath = (config.dropPath * layer) / Math.max(1, layerCount(config) - 1)
  const sum = graph.recorder.scope(name, () => scaledResidual(graph, x, branch, weights.get(`${name}/scale`), dropPath))
  return norm(r, `${name}/norm`, sum)
}
