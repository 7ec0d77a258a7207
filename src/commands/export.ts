// `signllm export`: the model of a run, or of any checkpoint, as one file for its users.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import * as z from 'zod'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { readTextIfThere } from '../base/text_file.js'
import { type ModelCard, namedLanguages, type Provenance } from '../checkpoint/card.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { formatModelFile, languageTags, MODEL_FILE, PROMPTS } from '../checkpoint/model_file.js'
import { checkTask, SIGN_TO_TEXT, TEXT_TO_GLOSS, TEXT_TO_POSE } from '../checkpoint/tasks.js'
import { readRunFile } from '../train/run/file.js'
import { whileFetched } from './fetched_model.js'
import type { Listener } from './say.js'

export interface ExportOptions extends Listener {
  readonly out: string
  /** Matrices as f16. */
  readonly half?: boolean | undefined
  /** An SPDX identifier, or a text. */
  readonly licence?: string | undefined
  /** Default: that of the run, else of the file. */
  readonly name?: string | undefined
  /** Checkpoint or run of text-to-gloss, to read prompts with. */
  readonly prompts?: string | undefined
  /** Of this package. */
  readonly version: string
}

/** What was written. */
export interface ExportSummary extends ModelCard {
  readonly out: string
  readonly task: string
  readonly bytes: number
  /** SHA-256 of the file. */
  readonly sha256: string
  readonly notes: readonly string[]
}

/**
 * Exports the best checkpoint of a run's folder, else its last, or a checkpoint. Throws ERR_USAGE for a name of another ending, ERR_CHECKPOINT for what cannot be read
 * or, as `prompts`, is for another task, and ERR_OUTPUT.
 */
export async function exportModel(source: string, options: ExportOptions): Promise<ExportSummary> {
  const { out, half, prompts: promptsAt } = options
  if (extname(out) !== MODEL_FILE)
    throw new SignError('ERR_USAGE', out, `wanted a file whose name ends in ${MODEL_FILE}, got '${basename(out)}'`, 'Name it so')
  const path = await checkpointIn(source)
  const checkpoint = portable(await whileFetched(path, options, (how) => readCheckpoint(path, how)))
  const prompts = promptsAt === undefined ? undefined : await readCheckpoint(await checkpointIn(promptsAt))
  if (prompts) {
    checkTask(checkpoint, TEXT_TO_POSE)
    checkTask(prompts, TEXT_TO_GLOSS)
  }
  const card = await cardFor(checkpoint, path, options)
  const others = { ...checkpoint.others, ...(prompts && { [PROMPTS]: prompts }) }
  const bytes = await formatModelFile(checkpoint, { card, half, others }, out)
  await writeWhole(out, bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const unlicensed = card.licence === undefined ? ['nobody may use a model without a licence: name one with --licence'] : []
  return { ...card, out, task: checkpoint.task, bytes: bytes.length, sha256, notes: [...checkpoint.notes, ...card.needs, ...unlicensed] }
}

/** The summary as a line. */
export function formatExport({ out, task, languages, bytes, sha256 }: ExportSummary): string {
  const tags = languages.map(({ tag }) => tag).join(', ')
  return `${out}: ${task}${tags && ` of ${tags}`}, ${counted(bytes, 'byte')}\nSHA-256 ${sha256}`
}

/** What to export of a path: a run's folder is its best model. */
async function checkpointIn(path: string): Promise<string> {
  const isFolder = existsSync(path) && (await stat(path)).isDirectory()
  if (!isFolder) return path
  const found = ['best.safetensors', 'last.safetensors'].map((name) => join(path, name)).find((file) => existsSync(file))
  if (found) return found
  const problem = 'wanted the folder of a run, got one without best.safetensors and last.safetensors'
  throw new SignError('ERR_CHECKPOINT', path, problem, 'Name a checkpoint')
}

const referring = z.looseObject({ frozen: z.looseObject({ path: z.string() }) })

/** Without where things are on this machine. */
function portable(checkpoint: Checkpoint): Checkpoint {
  const { success, data } = referring.safeParse(checkpoint.model)
  if (!success) return checkpoint
  return { ...checkpoint, model: { ...data, frozen: { ...data.frozen, path: basename(data.frozen.path) } } }
}

async function cardFor(checkpoint: Checkpoint, path: string, { name, licence, version }: ExportOptions): Promise<ModelCard> {
  const { card, task, model } = checkpoint
  const provenance = card?.provenance ?? (await provenanceOf(path, version))
  const known = licence ?? card?.licence
  const language = task === SIGN_TO_TEXT ? referring.safeParse(model).data?.frozen.path : undefined
  return {
    name: name ?? card?.name ?? provenance.run ?? basename(path, extname(path)),
    ...(known !== undefined && { licence: known }),
    languages: card?.languages ?? namedLanguages(languageTags(checkpoint)),
    provenance,
    needs:
      language === undefined
        ? []
        : [`it does not hold the published language model ${language} that it reads through: its users name it with --language-model`],
  }
}

const runFile = z.looseObject({ name: z.string().optional().catch(undefined), seed: z.number().optional().catch(undefined) }).catch({})
const summaryFile = z.looseObject({ step: z.int().min(0) })

/** What the folder of a checkpoint tells of its run, if it is that of one. */
async function provenanceOf(path: string, version: string): Promise<Provenance> {
  const writtenBy = `signllm ${version}`
  const runAt = join(dirname(path), 'config.yaml')
  if (!existsSync(runAt)) return { writtenBy }
  const { source, written } = await readRunFile(runAt)
  const { name, seed } = runFile.parse(written)
  const summary = await readTextIfThere(join(dirname(path), 'summary.json'))
  const steps = summary === undefined ? undefined : summaryFile.safeParse(JSON.parse(summary)).data?.step
  return {
    writtenBy,
    ...(name !== undefined && { run: name }),
    ...(seed !== undefined && { seed }),
    ...(steps !== undefined && { steps }),
    runFile: createHash('sha256').update(source).digest('hex'),
  }
}
