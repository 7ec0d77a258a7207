// One file that holds all of a model for its users, `.signllm`: a checkpoint without what training needs, with a card, SHA-256 digests of its tensors, its
// matrices as f16 where that is wanted, and other models that it works with.

import { SignError } from '../base/errors.js'
import { MAX_HALF, toHalves } from '../base/half.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import type { Tensor } from '../formats/safetensors/types.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { languageOfToken } from '../text/lang_gloss.js'
import { markedLanguage } from '../text/language_mark.js'
import { cardJson, type ModelCard } from './card.js'
import { type Checkpoint, type CheckpointContent, checkpointMetadata, refuseNonFinite, tensorsOfOther } from './checkpoint.js'
import { digestsOf } from './digests.js'
import { TEXT_TO_GLOSS } from './tasks.js'

/** The ending of such files. */
export const MODEL_FILE = '.signllm'

/** What a text-to-gloss model in the file of a text-to-pose model is for: it reads prompts. */
export const PROMPTS = 'prompts'

export interface ModelFileOptions {
  readonly card: ModelCard
  /** Matrices as f16, which halves the file; vectors such as biases stay f32. Default false. */
  readonly half?: boolean | undefined
  /** Other models, by what they are for. */
  readonly others?: Readonly<Record<string, CheckpointContent>>
}

/**
 * The bytes of a model file. Equal contents give equal bytes. Throws ERR_DIVERGED naming `who` for numbers that are not finite, ERR_USAGE for weights
 * beyond f16 where that is wanted.
 */
export async function formatModelFile(
  checkpoint: CheckpointContent,
  { card, half = false, others = {} }: ModelFileOptions,
  who: string,
): Promise<Uint8Array> {
  const own = forUse(checkpoint)
  const beside = Object.entries(others).map(([name, other]) => [name, forUse(other)] as const)
  const all: [string, HostTensor][] = [...own.tensors]
  for (const [name, { tensors }] of beside) for (const [key, tensor] of tensors) all.push([`${tensorsOfOther(name)}${key}`, tensor])
  const tensors = new Map(all)
  refuseNonFinite({ tensors }, who)
  const stored = new Map([...tensors].map(([name, tensor]) => [name, storedAs(name, tensor, half, who)]))
  return formatSafetensors(stored, {
    ...checkpointMetadata(own),
    card: cardJson(card),
    digests: JSON.stringify(await digestsOf(stored)),
    ...(beside.length > 0 && { others: JSON.stringify(Object.fromEntries(beside.map(([name, other]) => [name, withoutTensors(other)]))) }),
  })
}

/** Without the optimiser's moments and the trainer's state. */
function forUse(checkpoint: CheckpointContent): CheckpointContent {
  const { task, model, vocabularies, pieces, normalisation, tensors } = checkpoint
  return { task, model, vocabularies, pieces, normalisation, tensors: withoutMoments(tensors) }
}

function withoutMoments(tensors: HostTensors): HostTensors {
  return new Map([...tensors].filter(([name]) => !/^(first|second)\//.test(name)))
}

const withoutTensors = ({ tensors: _, ...content }: CheckpointContent): Omit<CheckpointContent, 'tensors'> => content

function storedAs(name: string, { shape, data }: HostTensor, half: boolean, who: string): Tensor {
  if (!half || shape.length < 2) return { dtype: 'F32', shape, data: data as Float32Array<ArrayBuffer> }
  const beyond = data.findIndex((value) => Math.abs(value) > MAX_HALF)
  if (beyond < 0) return { dtype: 'F16', shape, data: toHalves(data) }
  const problem = `wanted numbers of at most ${MAX_HALF} for f16, got ${data[beyond]} in ${name}`
  throw new SignError('ERR_USAGE', who, problem, 'Export it without --half')
}

/** Tags of the languages that a checkpoint's model is for, as far as it says. */
export function languageTags({ model, vocabularies }: Pick<CheckpointContent, 'model' | 'vocabularies'>): string[] {
  const { groups, languages } = model as { groups?: readonly { language: string }[]; languages?: readonly string[] }
  const tags = groups?.flatMap(({ language }) => {
    // A group that all languages share tells them by its glosses, or by marks of their own.
    const marked = new Set((vocabularies[language]?.tokens ?? []).flatMap((token) => languageOfToken(token) ?? markedLanguage(token) ?? []))
    return marked.size > 0 ? [...marked].sort() : [language]
  })
  return [...new Set(tags ?? languages ?? [])]
}

/** The text-to-gloss model of a checkpoint, be it that itself or with one that reads prompts for it. */
export function promptsOf(checkpoint: Checkpoint): Checkpoint {
  const beside = checkpoint.others?.[PROMPTS]
  return checkpoint.task !== TEXT_TO_GLOSS && beside ? beside : checkpoint
}
