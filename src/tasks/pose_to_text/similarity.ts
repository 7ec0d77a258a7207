// How similar the sentences of a run's clips are: as a file says, or by a language model's vectors of them.

import { SignError } from '../../base/errors.js'
import type { Gpu } from '../../device/gpu.js'
import { readSafetensors } from '../../formats/safetensors/file.js'
import { asWeights } from '../../formats/safetensors/float.js'
import { sentenceVectors } from '../language_model/sentence_vectors.js'
import { languageSource } from '../language_source.js'
import type { PoseToTextRunConfig } from './config.js'

/** How similar two of the sentences are, about -1 to 1. */
export type Similarity = (a: string, b: string) => number

/** What says how similar sentences are, once there is a GPU to ask a language model on. */
export type SimilaritySource = (gpu: Gpu) => Promise<Similarity>

/**
 * Reads what the run file names, weights of a language model aside; undefined where nothing is compared. Throws ERR_DATA naming the file for one that
 * lacks one of the sentences, ERR_CHECKPOINT for one that cannot be read.
 */
export async function similaritySource(
  { weight, file, language_model: language }: PoseToTextRunConfig['similarity'],
  sentences: readonly string[],
): Promise<SimilaritySource | undefined> {
  if (weight === 0) return undefined
  const distinct = [...new Set(sentences)]
  if (file === null) return byLanguageModel(language!, distinct)
  const similarity = await ofFile(file, distinct)
  return () => Promise.resolve(similarity)
}

/** Cosines of a language model's vectors, their mean taken off: what all sentences have in common would make any two of them nearly the same. */
async function byLanguageModel(file: string, sentences: readonly string[]): Promise<SimilaritySource> {
  const { text, open } = await languageSource({ file })
  if (!text)
    throw new SignError(
      'ERR_CONFIG',
      file,
      'wanted a language model with its tokenizer, got none',
      'Name one of your own, or a folder with both',
    )
  return async (gpu) => {
    const model = await open(gpu)
    try {
      const vectors = await sentenceVectors(
        gpu,
        model,
        sentences.map((sentence) => text.encode(sentence)),
      )
      return cosines(places(sentences), centred(vectors))
    } finally {
      model.destroy()
    }
  }
}

/** Of a file with the sentences as a list in its metadata, and of them either `similarity` [N, N] or `vectors` [N, D]. */
async function ofFile(path: string, wanted: readonly string[]): Promise<Similarity> {
  const { tensors, metadata } = await readSafetensors(path)
  const at = places(sentencesOf(path, metadata.sentences))
  const missing = wanted.find((sentence) => !at.has(sentence))
  if (missing !== undefined)
    throw new SignError('ERR_DATA', path, `wanted all sentences of the training clips, got none such as '${missing}'`, 'Compare those too')
  const name = tensors.has('similarity') ? 'similarity' : 'vectors'
  const tensor = tensors.get(name)
  const { shape = [] } = tensor ?? {}
  if (!tensor || shape.length !== 2 || shape[0] !== at.size || (name === 'similarity' && shape[1] !== at.size)) {
    const problem = `wanted similarity [${at.size}, ${at.size}] or vectors [${at.size}, their width] of its sentences, got ${tensor ? `${name} [${shape.join(', ')}]` : 'neither'}`
    throw new SignError('ERR_DATA', path, problem, 'Write one row for each of the sentences')
  }
  const values = asWeights(name, tensor, path)
  const columns = shape[1]!
  if (name === 'similarity') return (a, b) => values[at.get(a)! * columns + at.get(b)!]!
  return cosines(
    at,
    Array.from({ length: at.size }, (_, row) => values.subarray(row * columns, (row + 1) * columns)),
  )
}

function sentencesOf(path: string, listed: string | undefined): string[] {
  const wanted = 'wanted its sentences as a JSON list of texts in metadata `sentences`, each once'
  const refuse = (got: string, cause?: unknown) =>
    new SignError('ERR_DATA', path, `${wanted}, got ${got}`, 'Write them with the tensor', { cause })
  if (listed === undefined) throw refuse('none')
  let sentences: unknown
  try {
    sentences = JSON.parse(listed)
  } catch (cause) {
    throw refuse('no JSON', cause)
  }
  if (!Array.isArray(sentences) || sentences.some((one) => typeof one !== 'string')) throw refuse('something else')
  if (new Set(sentences).size < sentences.length) throw refuse('some twice')
  return sentences as string[]
}

/** The row of each sentence. */
const places = (sentences: readonly string[]): Map<string, number> => new Map(sentences.map((sentence, row) => [sentence, row]))

function centred(vectors: readonly Float32Array[]): Float64Array[] {
  const mean = new Float64Array(vectors[0]!.length)
  for (const vector of vectors) for (const [c, value] of vector.entries()) mean[c]! += value / vectors.length
  return vectors.map((vector) => Float64Array.from(vector, (value, c) => value - mean[c]!))
}

function cosines(at: ReadonlyMap<string, number>, vectors: readonly (Float32Array | Float64Array)[]): Similarity {
  const units = vectors.map((vector) => {
    const length = Math.hypot(...vector) || 1
    return Float64Array.from(vector, (value) => value / length)
  })
  return (a, b) => {
    const [one, other] = [units[at.get(a)!]!, units[at.get(b)!]!]
    return one.reduce((sum, value, c) => sum + value * other[c]!, 0)
  }
}
