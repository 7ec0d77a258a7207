// A published image encoder that a run file names, as what models of video begin with.

import { readSafetensors } from '../formats/safetensors/file.js'
import { asWeights } from '../formats/safetensors/float.js'
import { dinov2Weights } from '../model/dinov2_state_dict.js'
import { resNetWeights } from '../model/resnet_state_dict.js'
import type { SeenSigns } from '../model/sign_sizes.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { isResidual } from '../nn/image_encoder_config.js'
import { imageEncoderSpecs } from '../nn/image_encoder_specs.js'

export interface PublishedEncoder {
  readonly path: string
  /** Under its authors' names. */
  readonly tensors: HostTensors
}

/** The encoder of a run file; undefined where it begins from nothing. Throws ERR_DATA for a file that cannot be read. */
export async function publishedEncoder({ encoder }: { readonly encoder: string | null }): Promise<PublishedEncoder | undefined> {
  if (encoder === null) return undefined
  const { tensors } = await readSafetensors(encoder)
  return {
    path: encoder,
    tensors: new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: asWeights(name, tensor, encoder) }])),
  }
}

/** First weights with those of a published encoder in the place of its own. Throws ERR_CHECKPOINT for one of other names. */
export function withEncoder(
  tensors: Map<string, HostTensor>,
  encoder: PublishedEncoder | undefined,
  { images }: Pick<SeenSigns, 'images'>,
  seed: number,
): Map<string, HostTensor> {
  if (!encoder || !images) return tensors
  const specs = imageEncoderSpecs(images)
  const theirs = isResidual(images)
    ? resNetWeights(encoder.tensors, specs, encoder.path)
    : dinov2Weights(encoder.tensors, specs, seed, encoder.path)
  return new Map([...tensors, ...theirs])
}
