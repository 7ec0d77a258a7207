// `signllm inspect`: what a model file or a checkpoint of any task is, after all of it was read and checked.

import type { ModelCard } from '../checkpoint/card.js'
import { namedLanguages } from '../checkpoint/card.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { languageTags } from '../checkpoint/model_file.js'
import { fileRecord } from '../data/checksum.js'
import type { HostTensors } from '../nn/host_tensor.js'
import { whileFetched } from './fetched_model.js'
import type { Listener } from './say.js'

/** What a model is. */
interface ModelFacts {
  readonly task: string
  readonly tensors: number
  /** Numbers of its weights, frozen ones too. */
  readonly parameters: number
  /** Ids of each vocabulary or tokenizer. */
  readonly vocabularies: Readonly<Record<string, number>>
}

export interface Inspection extends ModelFacts {
  readonly file: string
  readonly languages: ModelCard['languages']
  /** Sizes, as the task has them. */
  readonly model: unknown
  readonly stored: readonly string[]
  /** Whether training can go on from it. */
  readonly resumable: boolean
  /** Of a model file. */
  readonly card?: ModelCard
  readonly others: Readonly<Record<string, ModelFacts>>
  readonly bytes?: number
  /** SHA-256 of a file on this machine. */
  readonly sha256?: string
  readonly notes: readonly string[]
}

export interface InspectOptions extends Listener {
  readonly signal?: AbortSignal | undefined
}

/** Reads all of a file, from a path or an address. Throws ERR_CHECKPOINT for one that is damaged or none of ours. */
export async function inspect(source: string, options: InspectOptions = {}): Promise<Inspection> {
  let total: number | undefined
  const checkpoint = await whileFetched(source, options, ({ onProgress }) =>
    readCheckpoint(source, {
      signal: options.signal,
      onProgress(progress) {
        total = progress.all
        onProgress?.(progress)
      },
    }),
  )
  const { path, card, model, state, stored = [], others = {}, notes } = checkpoint
  const record = await fileRecord(source)
  return {
    file: path,
    ...factsOf(checkpoint),
    languages: card?.languages ?? namedLanguages(languageTags(checkpoint)),
    model,
    stored,
    resumable: state !== undefined,
    ...(card && { card }),
    others: Object.fromEntries(Object.entries(others).map(([name, other]) => [name, factsOf(other)])),
    ...(record ?? (total !== undefined && { bytes: total })),
    notes,
  }
}

function factsOf({ task, tensors, vocabularies, pieces }: Checkpoint): ModelFacts {
  return {
    task,
    tensors: weightsIn(tensors).length,
    parameters: weightsIn(tensors).reduce((sum, [, { data }]) => sum + data.length, 0),
    vocabularies: Object.fromEntries(Object.entries({ ...vocabularies, ...pieces }).map(([name, { size }]) => [name, size])),
  }
}

/** Without the optimiser's moments. */
const weightsIn = (tensors: HostTensors) => [...tensors].filter(([name]) => !/^(first|second)\//.test(name))

/** The inspection as lines for people. */
export function formatInspection(seen: Inspection): string {
  const { card, others } = seen
  const named = seen.languages.map(({ tag, name }) => (name === undefined ? tag : `${tag} (${name})`))
  const run = card && provenanceText(card)
  return [
    ['model', `${card ? `${card.name}, ` : ''}${seen.task}`],
    ['languages', named.join(', ') || 'none said'],
    ['weights', `${seen.parameters.toLocaleString('en')} numbers in ${seen.tensors} tensors, stored as ${seen.stored.join(' and ')}`],
    [
      'words',
      Object.entries(seen.vocabularies)
        .map(([name, size]) => `${name} ${size}`)
        .join(', ') || 'none',
    ],
    ...Object.entries(others).map(([name, other]) => [
      'holds',
      `${other.task} for ${name}, ${other.parameters.toLocaleString('en')} numbers`,
    ]),
    ['licence', card ? (card.licence ?? 'none said') : 'none said (signllm export names one)'],
    ...(run === undefined ? [] : [['made', run]]),
    ...(card?.needs ?? []).map((need) => ['needs', need]),
    ['training', seen.resumable ? 'can go on from it' : 'for use only'],
    ...(seen.bytes === undefined ? [] : [['file', `${seen.bytes.toLocaleString('en')} bytes, all checksums hold`]]),
    ...(seen.sha256 === undefined ? [] : [['SHA-256', seen.sha256]]),
  ]
    .map(([key, value]) => `${key!.padEnd(10)} ${value}`)
    .join('\n')
}

function provenanceText({ provenance: { writtenBy, run, seed, steps, runFile } }: ModelCard): string {
  const parts = [
    `by ${writtenBy}`,
    ...(run === undefined ? [] : [`of run ${run}`]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...(steps === undefined ? [] : [`${steps} steps`]),
    ...(runFile === undefined ? [] : [`run file ${runFile.slice(0, 12)}…`]),
  ]
  return parts.join(', ')
}
