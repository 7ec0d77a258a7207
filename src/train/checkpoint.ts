// Checkpoints: one safetensors file with the weights of every group and, to go on from, the optimiser's moments and the run's state.
// Written whole or not at all. The description of the model is JSON in the file's metadata.

import { z } from 'zod'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { firstNonFinite } from '../base/finite.js'
import type { Gpu } from '../device/gpu.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import type { Tensor } from '../formats/safetensors/types.js'
import type { ModelConfig } from '../model/config.js'
import { type GroupDescription, SignModel } from '../model/sign_model.js'
import type { HostTensor, WeightsOptions } from '../model/weights.js'
import { Vocabulary } from '../text/vocabulary.js'
import { arenaOf, type Part, parseJson, parts, readModelFile, savedSizes, savedTensors, tensorsUnder, unsaved } from './checkpoint_parts.js'
import { exchangedGroup, exchangedTensor, isExchanged } from './checkpoint_sides.js'

const FORMAT = 'signllm-1'

const savedConfig = z.strictObject({
  ...savedSizes,
  futureFrames: z.int(),
  justCounter: z.boolean(),
  lengthHead: z.boolean(),
  maxFrames: z.int(),
})

const savedGroup = z.strictObject({
  language: z.string(),
  config: savedConfig,
  vocabulary: z.unknown(),
  startFrame: z.array(z.number()).length(150),
  scaling: z.strictObject({ centre: z.array(z.number()).length(151), scale: z.array(z.number().positive()).length(151) }),
  fps: z.number().positive(),
  normalisation: z.literal('neck-shoulder-3'),
})

/** Everything read from a file, still on the host. */
export interface Checkpoint {
  readonly path: string
  readonly groups: readonly GroupDescription[]
  /** Languages whose groups were trained with the other side called right, and are brought to ours as they are read (checkpoint_sides.ts). */
  readonly exchanged: readonly string[]
  /** What its user should know, as sentences; a command says them on standard error. */
  readonly notes: readonly string[]
  /** What the trainer saved to go on from; absent in a model meant for use only. */
  readonly state: unknown
  tensors(part: Part, language: string): Map<string, HostTensor>
}

/** Saves a model; with `state`, the optimiser's moments too. Equal contents give equal bytes. Throws ERR_OUTPUT, and ERR_DIVERGED for numbers that are not finite. */
export async function saveCheckpoint(path: string, model: SignModel, state?: unknown): Promise<void> {
  const tensors = new Map<string, Tensor>()
  for (const group of model.groups) {
    const { language, weights } = group
    refuseNonFinite(path, group)
    const wanted = state === undefined ? (['weights'] as const) : parts
    for (const [name, tensor] of await savedTensors(path, weights, wanted, (part, name) => `${part}/${language}/${name}`))
      tensors.set(name, tensor)
  }
  const metadata: Record<string, string> = { format: FORMAT, groups: JSON.stringify(model.groups.map(describe)) }
  if (state !== undefined) metadata.state = JSON.stringify(state)
  await writeWhole(path, formatSafetensors(tensors, metadata))
}

/** JSON has no word for such numbers: the file could not be read again. */
function refuseNonFinite(path: string, { language, startFrame, scaling, fps }: GroupDescription): void {
  for (const [what, values] of Object.entries({ startFrame, ...scaling, fps: [fps] })) {
    const at = firstNonFinite(values)
    if (at >= 0) throw unsaved(path, `${what} of ${language}`, `${values[at]}`)
  }
}

/** Reads a file. Throws ERR_CHECKPOINT for one that is cut short, damaged, of another format, inconsistent, or with a number that is not finite. */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const file = await readModelFile(path)
  const { format, groups, state } = file.metadata
  if (format !== FORMAT || groups === undefined) {
    throw new SignError(
      'ERR_CHECKPOINT',
      path,
      `wanted format ${FORMAT}, got ${format ?? 'none'}`,
      format?.startsWith('signllm-gloss')
        ? 'That one reads prompts: give it to signllm prompt as --gloss'
        : 'For a state dict of another framework use signllm import',
    )
  }
  const parsed = z.array(savedGroup).safeParse(parseJson(groups, path))
  if (!parsed.success)
    throw new SignError(
      'ERR_CHECKPOINT',
      path,
      `wanted descriptions of groups, got ${z.prettifyError(parsed.error).replace(/\s+/g, ' ')}`,
      'Write the checkpoint again',
    )
  const stored = parsed.data.map((group) => ({
    language: group.language,
    config: group.config as ModelConfig,
    vocabulary: Vocabulary.fromJSON(group.vocabulary, path),
    startFrame: Float32Array.from(group.startFrame),
    scaling: { centre: Float32Array.from(group.scaling.centre), scale: Float32Array.from(group.scaling.scale) },
    fps: group.fps,
  }))
  const exchanged = stored.filter(isExchanged).map(({ language }) => language)
  return {
    path,
    groups: stored.map((group) => (isExchanged(group) ? exchangedGroup(group) : group)),
    exchanged,
    notes: file.notes,
    state: state === undefined ? undefined : parseJson(state, path),
    tensors: (part, language) => {
      const tensors = tensorsUnder(file, `${part}/${language}/`)
      if (!exchanged.includes(language)) return tensors
      return new Map([...tensors].map(([name, tensor]) => [name, exchangedTensor(name, tensor)]))
    },
  }
}

/** The model in a checkpoint, on the GPU; with `training`, the moments too of the groups that have them: the others stay as they are. */
export function restoreModel(gpu: Gpu, checkpoint: Checkpoint, { training = false, precision }: Partial<WeightsOptions> = {}): SignModel {
  const model = new SignModel(gpu, { training, precision })
  try {
    for (const description of checkpoint.groups) {
      const { language } = description
      const trains = training && checkpoint.tensors('first', language).size > 0
      const tensors = checkpoint.tensors('weights', language)
      const group = model.addLanguage(description, { tensors, training: trains, who: checkpoint.path })
      if (!trains) continue
      for (const part of ['first', 'second'] as const)
        group.weights.load(checkpoint.tensors(part, language), checkpoint.path, arenaOf(group.weights, part))
    }
  } catch (error) {
    model.destroy()
    throw error
  }
  return model
}

function describe({ language, config, vocabulary, startFrame, scaling, fps }: GroupDescription): z.input<typeof savedGroup> {
  return {
    language,
    // In the schema's order of keys, whoever made it: equal models give equal bytes.
    config: savedConfig.parse(config),
    vocabulary: vocabulary.toJSON(),
    startFrame: [...startFrame],
    scaling: { centre: [...scaling.centre], scale: [...scaling.scale] },
    fps,
    normalisation: 'neck-shoulder-3',
  }
}
