// A checkpoint of the released Sign2GPT, of either stage: its tensors by parts, and what of a model its file does not tell.

import { SignError } from '../base/errors.js'
import { asWeights } from '../formats/safetensors/float.js'
import { readKindsOrIndex, readSafetensorsOrIndex } from '../formats/safetensors/index_file.js'
import type { TensorKind } from '../formats/safetensors/types.js'
import { frameHeadTensors } from '../model/frame_head_state_dict.js'
import { signEncoderSizes, signEncoderTensors } from '../model/sign_encoder_state_dict.js'
import { type SignConfig, signPresets } from '../model/sign_sizes.js'
import { type Sign2gptPart, sign2gptParts, sign2gptStage } from '../model/sign2gpt_state_dict.js'
import { bareName } from '../model/state_dict.js'
import type { HostTensor } from '../nn/host_tensor.js'
import { type ReleasedImages, releasedImages } from './sign2gpt_images.js'

/** What no tensor tells of a checkpoint of either stage. */
export interface ReleasedSigns {
  /** Tags of the sign languages that it was trained on. */
  readonly languages: readonly string[]
  /** Frames a second of what it was trained on; default 12.5, every second frame of PHOENIX14T as published. */
  readonly fps?: number | undefined
  /** Attention heads of the sign encoder; default what the frequencies of its angles tell. */
  readonly heads?: number | undefined
  /** Frames that a frame sees; default 7. */
  readonly window?: number | undefined
  /** Default `local`. */
  readonly attention?: SignConfig['attention'] | undefined
  /** Default `rows`, as the released code trains. */
  readonly padding?: SignConfig['padding'] | undefined
  /** Longest clip, in frames; default 256. */
  readonly maxFrames?: number | undefined
  /** Of a model of video. */
  readonly images?: ReleasedImages | undefined
}

export interface Sign2gptFile {
  readonly path: string
  readonly stage: 1 | 2
  /** What tensors are, by part. */
  kinds(part: Sign2gptPart): Map<string, TensorKind>
  /** The tensors of a part, or those wanted of it, by their names without what was wrapped around the model. */
  tensors(part: Sign2gptPart, wants?: (name: string) => boolean): Promise<Map<string, HostTensor>>
}

/** Reads what a file, or an index of several, holds. Throws ERR_CHECKPOINT naming tensors that are of no part of Sign2GPT, and for a lack of one. */
export async function openSign2gpt(path: string): Promise<Sign2gptFile> {
  const kinds = await readKindsOrIndex(path)
  const parts = sign2gptParts(kinds.keys(), path)
  const namesOf = (part: Sign2gptPart) => new Set([...parts].flatMap(([name, of]) => (of === part ? [name] : [])))
  return {
    path,
    stage: sign2gptStage(parts.values(), path),
    kinds: (part) => new Map([...namesOf(part)].map((name) => [name, kinds.get(name)!])),
    async tensors(part, wants = () => true) {
      const names = namesOf(part)
      const { tensors } = await readSafetensorsOrIndex(path, { wants: (name) => names.has(name) && wants(name) })
      return new Map([...tensors].map(([name, tensor]) => [bareName(name), { shape: tensor.shape, data: asWeights(name, tensor, path) }]))
    },
  }
}

/** Throws ERR_CHECKPOINT for a file of the other stage. */
export function checkStage({ path, stage }: Sign2gptFile, wanted: 1 | 2): void {
  if (stage === wanted) return
  const name = { 1: 'first', 2: 'second' } as const
  const problem = `wanted a checkpoint of Sign2GPT’s ${name[wanted]} stage, got one of its ${name[stage]}`
  throw new SignError('ERR_CHECKPOINT', path, problem, `Name the other file`)
}

/** What reads signing: its sizes, and its tensors by our names. Throws ERR_CHECKPOINT for what is no such model, ERR_CONFIG for heads that are not told. */
export async function releasedSigns(
  file: Sign2gptFile,
  told: ReleasedSigns,
): Promise<{ config: SignConfig; tensors: Map<string, HostTensor> }> {
  const { path } = file
  const [frames, encoder] = [await file.tensors('frames'), await file.tensors('encoder')]
  const images = file.kinds('image').size > 0 ? releasedImages(await file.tensors('image'), path, told.images ?? {}) : undefined
  const tensors = new Map([...(images?.tensors ?? []), ...frameHeadTensors(frames, 'frames', path), ...signEncoderTensors(encoder, path)])
  const { downSampling = true, heads: seen, ...sizes } = signEncoderSizes(encoder, path)
  const [, numbers = 0] = tensors.get('frames/weight')?.shape ?? []
  const { window = 7, attention = 'local', padding = 'rows', maxFrames = 256 } = told
  const config: SignConfig = {
    ...signPresets.sign2gpt,
    ...sizes,
    heads: headsOf(path, seen, told.heads),
    ...{ attention, window, padding, maxFrames, downSample: downSampling },
    ...(images ? { input: 'video', numbers: images.config.width, images: images.config } : { input: 'poses', numbers }),
  }
  return { config, tensors }
}

function headsOf(path: string, seen: number | undefined, told: number | undefined): number {
  const refuse = (problem: string, nextMove: string) => new SignError('ERR_CONFIG', path, problem, nextMove)
  if (seen === undefined && told === undefined)
    throw refuse("wanted to know the sign encoder’s heads, got no 'rotary_embeddings.inv_freq', which tells them", 'Say them: --heads 8')
  if (seen !== undefined && told !== undefined && seen !== told)
    throw refuse(`wanted ${seen} heads, as 'rotary_embeddings.inv_freq' tells, got ${told}`, 'Leave --heads out')
  return (seen ?? told)!
}

/** Frames a second where nobody says. */
export const releasedRate = ({ fps = 12.5 }: ReleasedSigns): number => fps
