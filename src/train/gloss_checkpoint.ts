// Checkpoints of text-to-gloss models: one safetensors file, as those of text-to-pose models.

import { z } from 'zod'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import type { Gpu } from '../device/gpu.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import { GlossModel, type GlossModelDescription } from '../model/text_to_gloss.js'
import type { HostTensor, WeightsOptions } from '../model/weights.js'
import { Vocabulary } from '../text/vocabulary.js'
import { arenaOf, type Part, parseJson, parts, readModelFile, savedSizes, savedTensors, tensorsUnder } from './checkpoint_parts.js'

const FORMAT = 'signllm-gloss-1'

const savedModel = z.strictObject({
  config: z.strictObject(savedSizes),
  source: z.unknown(),
  gloss: z.unknown(),
  languages: z.array(z.string()),
  reads: z.enum(['prompt', 'text']),
})

/** Everything read from a file, still on the host. */
export interface GlossCheckpoint {
  readonly path: string
  readonly description: GlossModelDescription
  /** What its user should know, as sentences; a command says them on standard error. */
  readonly notes: readonly string[]
  /** What the trainer saved to go on from; absent in a model meant for use only. */
  readonly state: unknown
  tensors(part: Part): Map<string, HostTensor>
}

/** Saves a model; with `state`, the optimiser's moments too. Equal contents give equal bytes. Throws ERR_OUTPUT, and ERR_DIVERGED for numbers that are not finite. */
export async function saveGlossCheckpoint(path: string, model: GlossModel, state?: unknown): Promise<void> {
  const { config, source, gloss, languages, reads } = model
  const description: z.input<typeof savedModel> = {
    // In the schema's order of keys, whoever made it: equal models give equal bytes.
    config: savedModel.shape.config.parse(config),
    source: source.toJSON(),
    gloss: gloss.toJSON(),
    languages: [...languages],
    reads,
  }
  const tensors = await savedTensors(path, model.weights, state === undefined ? ['weights'] : parts, (part, name) => `${part}/${name}`)
  const metadata = { format: FORMAT, model: JSON.stringify(description), ...(state === undefined ? {} : { state: JSON.stringify(state) }) }
  await writeWhole(path, formatSafetensors(tensors, metadata))
}

/** Reads a file. Throws ERR_CHECKPOINT for one that is cut short, damaged, of another format, inconsistent, or with a number that is not finite. */
export async function readGlossCheckpoint(path: string): Promise<GlossCheckpoint> {
  const file = await readModelFile(path)
  const { format, model, state } = file.metadata
  if (format !== FORMAT || model === undefined) {
    const problem = `wanted a text-to-gloss model (${FORMAT}), got ${format ?? 'no format'}`
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Train one with task: text-to-gloss')
  }
  const parsed = savedModel.safeParse(parseJson(model, path))
  if (!parsed.success) {
    const problem = `wanted the description of a model, got ${z.prettifyError(parsed.error).replace(/\s+/g, ' ')}`
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Write the checkpoint again')
  }
  const { config, source, gloss, languages, reads } = parsed.data
  const vocabularies = { source: Vocabulary.fromJSON(source, path), gloss: Vocabulary.fromJSON(gloss, path) }
  return {
    path,
    description: { config, ...vocabularies, languages, reads },
    notes: file.notes,
    state: state === undefined ? undefined : parseJson(state, path),
    tensors: (part) => tensorsUnder(file, `${part}/`),
  }
}

/** The model in a checkpoint, on the GPU; with `training`, its moments too. */
export function restoreGlossModel(gpu: Gpu, checkpoint: GlossCheckpoint, options: Partial<WeightsOptions> = {}): GlossModel {
  const { description, path } = checkpoint
  const model = new GlossModel(gpu, description, { ...options, tensors: checkpoint.tensors('weights'), who: path })
  try {
    if (options.training)
      for (const part of ['first', 'second'] as const) model.weights.load(checkpoint.tensors(part), path, arenaOf(model.weights, part))
  } catch (error) {
    model.destroy()
    throw error
  }
  return model
}
