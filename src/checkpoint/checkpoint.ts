// A checkpoint of any task: tensors by name, and JSON of what they belong to. One safetensors file, its JSON in the metadata.

import { SignError } from '../base/errors.js'
import { firstNonFinite, placeIn } from '../base/finite.js'
import { asWeights } from '../formats/safetensors/float.js'
import { formatSafetensors, safetensorsPieces } from '../formats/safetensors/format.js'
import type { Tensor, TensorFile } from '../formats/safetensors/types.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { PieceVocabulary } from '../text/pieces/piece_vocabulary.js'
import { Vocabulary } from '../text/vocabulary.js'
import { cardOf, type ModelCard } from './card.js'
import { canDigest, verifyDigests } from './digests.js'
import { presentFormat, type SavedContent } from './metadata.js'
import { asPresentFormat } from './older_formats.js'

const FORMAT = 'signllm-2'

/** What a checkpoint holds, whatever its task. All but the vocabularies and tensors is JSON, which the task reads. */
export interface CheckpointContent {
  /** Which task the model is for, e.g. `text-to-pose`. */
  readonly task: string
  /** What the model is built from: its sizes, and what else the task keeps of it. */
  readonly model: unknown
  /** By the task's names for them. */
  readonly vocabularies: Readonly<Record<string, Vocabulary>>
  /** Tokenizers of pieces of words, by the task's names for them; absent where there are none. */
  readonly pieces?: Readonly<Record<string, PieceVocabulary>> | undefined
  /** What the model's numbers are measured in; undefined where it has tokens only. */
  readonly normalisation?: unknown
  /** What the trainer needs to go on; undefined in a model for use only. */
  readonly state?: unknown
  /** By the task's names for them, e.g. `weights/encoder.0/self/query/weight`; optimiser moments among them where there is a state. */
  readonly tensors: HostTensors
}

/** A checkpoint as it was read, still on the host. */
export interface Checkpoint extends CheckpointContent {
  /** Where it was read from, or the name it was given: for messages. */
  readonly path: string
  /** What its user should know, as sentences; a command says them on standard error. */
  readonly notes: readonly string[]
  /** What a model file says of itself; undefined in a checkpoint of a run. */
  readonly card?: ModelCard | undefined
  /** Other models that a model file holds, by what they are for. */
  readonly others?: Readonly<Record<string, Checkpoint>> | undefined
  /** The types that tensors are stored as in the file, such as F32. */
  readonly stored?: readonly string[] | undefined
}

/**
 * The bytes of a checkpoint. Equal contents give equal bytes. Throws ERR_DIVERGED naming `who` and the tensor for a number that is not finite: what cannot be
 * gone on from may not replace what can.
 */
export function formatCheckpoint(content: CheckpointContent, who: string): Uint8Array {
  refuseNonFinite(content, who)
  return formatSafetensors(storedTensors(content), checkpointMetadata(content))
}

/** The same bytes in pieces, as `safetensorsPieces` has them. Throws as {@link formatCheckpoint}. */
export function checkpointPieces(content: CheckpointContent, who: string): Uint8Array[] {
  refuseNonFinite(content, who)
  return safetensorsPieces(storedTensors(content), checkpointMetadata(content))
}

const storedTensors = ({ tensors }: CheckpointContent): Map<string, Tensor> =>
  new Map([...tensors].map(([name, { shape, data }]) => [name, { dtype: 'F32', shape, data } as Tensor]))

/** Throws ERR_DIVERGED naming `who` and the tensor for a number that is not finite. */
export function refuseNonFinite({ tensors }: Pick<CheckpointContent, 'tensors'>, who: string): void {
  for (const [name, { shape, data }] of tensors) {
    const at = firstNonFinite(data)
    if (at >= 0) throw notSaved(who, name, `${data[at]} at ${placeIn(shape, at)}`)
  }
}

/** All that is no tensor, as a file's strings. */
export function checkpointMetadata({ task, model, vocabularies, pieces, normalisation, state }: CheckpointContent): Record<string, string> {
  const metadata: Record<string, string> = { format: FORMAT, task }
  for (const [name, value] of Object.entries({ model, vocabularies, pieces, normalisation, state }))
    if (value !== undefined) metadata[name] = JSON.stringify(value)
  return metadata
}

/** What a number that is not finite comes to when it should be saved. */
export function notSaved(who: string, what: string, got: string): SignError {
  const problem = `wanted finite numbers to save, got ${got} in ${what}`
  return new SignError('ERR_DIVERGED', who, problem, 'Lower the learning rate; earlier checkpoints are unchanged')
}

/** Where the tensors of another model lie in a model file. */
export const tensorsOfOther = (name: string): string => `others/${name}/`

/**
 * The checkpoint in a safetensors file of this or an older format. Throws ERR_CHECKPOINT for another, for a number that is not finite, and for a tensor
 * of a model file that is not the one that was exported.
 */
export async function checkpointOf({ tensors, metadata, checked }: TensorFile, path: string): Promise<Checkpoint> {
  const present = metadata.format === FORMAT ? presentFormat(metadata, path) : asPresentFormat(metadata, path)
  if (!present) {
    const problem = `wanted format ${FORMAT} or an older one, got ${metadata.format ?? 'none'}`
    const nextMove = metadata.format?.startsWith('signllm-')
      ? 'Update signllm to read it'
      : 'For a state dict of another framework use signllm import'
    throw new SignError('ERR_CHECKPOINT', path, problem, nextMove)
  }
  const { card, digests, others = {}, ...content } = present
  const notes = checked ? [] : [`${path} was written by an older version, without checksums: damage to it would not be detected`]
  if (digests !== undefined) {
    if (canDigest()) await verifyDigests(tensors, digests, path)
    else notes.push(`the digests of ${path} were not compared, since this page is not secure; its checksums were`)
  }
  const weights = new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: asWeights(name, tensor, path) }]))
  const prefixes = Object.keys(others).map(tensorsOfOther)
  const own = new Map([...weights].filter(([name]) => !prefixes.some((prefix) => name.startsWith(prefix))))
  return {
    ...withVocabularies(content, path),
    path,
    tensors: own,
    notes,
    stored: [...new Set([...tensors.values()].map(({ dtype }) => dtype))],
    ...(card !== undefined && { card: cardOf(card, path) }),
    ...(prefixes.length > 0 && {
      others: Object.fromEntries(
        Object.entries(others).map(([name, other]) => {
          const tensors = tensorsUnder({ tensors: weights }, tensorsOfOther(name))
          return [name, { ...withVocabularies(other, path), path: `${path} (${name})`, tensors, notes: [] }]
        }),
      ),
    }),
  }
}

function withVocabularies({ vocabularies, pieces, ...content }: SavedContent, path: string): Omit<CheckpointContent, 'tensors'> {
  return {
    task: content.task,
    model: content.model,
    normalisation: content.normalisation,
    state: content.state,
    vocabularies: mapped(vocabularies, (saved) => Vocabulary.fromJSON(saved, path)),
    pieces: pieces && mapped(pieces, (saved) => PieceVocabulary.fromJSON(saved, path)),
  }
}

const mapped = <From, To>(record: Readonly<Record<string, From>>, made: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, made(value)]))

/** The tensors whose names begin with `prefix`, without it. */
export function tensorsUnder({ tensors }: Pick<CheckpointContent, 'tensors'>, prefix: string): Map<string, HostTensor> {
  const found = [...tensors].filter(([name]) => name.startsWith(prefix))
  return new Map(found.map(([name, tensor]) => [name.slice(prefix.length), tensor]))
}

/** What a trainer saved to go on from. Throws ERR_CHECKPOINT for a model meant for use only, such as the best one. */
export function trainerState({ path, state }: { readonly path: string; readonly state?: unknown }): unknown {
  if (state !== undefined) return state
  const problem = 'wanted a checkpoint to resume from, got a model without optimiser state'
  throw new SignError('ERR_CHECKPOINT', path, problem, 'Put a checkpoint of the run there, or start again with --overwrite')
}
