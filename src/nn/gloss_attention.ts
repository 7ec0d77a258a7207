// Gloss attention (GASLT, Yin et al. 2023) in place of an encoder's self-attention: each frame sees a few places of its clip, which it chooses itself.

import { SignError } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import { type GlossForm, glossAttention } from '../ops/gloss_attention.js'
import { headsOf, norm, project, projectTogether } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { LayerConfig, Recording } from './recording.js'
import { attentionSpecs, linearSpecs } from './specs.js'

export const glossForms = ['clean', 'released'] as const satisfies readonly GlossForm[]

/** Far beyond the seven that are published. */
export const MOST_SAMPLES = 255

export interface GlossAttentionConfig {
  /** Places that each head of a frame sees; 7 as published. */
  readonly samples: number
  /** `clean`, or `released`: as the published code reads places, which depend on how far a batch is padded. */
  readonly form: GlossForm
}

/** Throws ERR_CONFIG for samples that are no whole number, or too many. */
export function checkGlossAttention({ samples }: GlossAttentionConfig): void {
  if (Number.isInteger(samples) && samples >= 1 && samples <= MOST_SAMPLES) return
  const problem = `wanted 1 to ${MOST_SAMPLES} samples of gloss attention, got ${samples}`
  throw new SignError('ERR_CONFIG', 'model', problem, 'GASLT has 7')
}

/** x + Out(gloss attention of LN x); lengths u32 [B]. */
export function glossSelfAttention(r: Recording, name: string, x: Tensor, lengths: Tensor, config: GlossAttentionConfig): Tensor {
  const attended = sampledAttention(r, name, norm(r, `${name}/norm`, x), lengths, config)
  return project(r, `${name}/out`, attended, { residual: x, dropout: r.config.residualDropout ?? 0 })
}

/** What the frames x [B, T, D] see, before the layer's last projection: [B, T, D]. Offsets are projected from queries of all heads. */
export function sampledAttention(r: Recording, name: string, x: Tensor, lengths: Tensor, { samples, form }: GlossAttentionConfig): Tensor {
  const q = project(r, `${name}/query`, x)
  // What lies at a place is of both rows beside it, whose shares sum to 1; as published, padding before the first row has a share of nothing.
  const kv = projectTogether(r, name, ['key', 'value'], x, { idleKeyBias: form === 'clean' })
  const offsets = project(r, `${name}/offsets`, q)
  return r.graph.recorder.scope(name, () => glossAttention(r.graph, { q, kv, offsets }, { ...headsOf(r), samples, form, lengths }))
}

/** Parameters of a layer's attention: those of any attention, and the projection of offsets. */
export function glossAttentionSpecs(
  name: string,
  { width, heads, samples }: { readonly width: number; readonly samples: number } & Pick<LayerConfig, 'heads'>,
): ParameterSpec[] {
  return [...attentionSpecs(name, width, ['value']), ...linearSpecs(`${name}/offsets`, width, heads * samples)]
}
