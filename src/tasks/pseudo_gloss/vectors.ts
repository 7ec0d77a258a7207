// The word vectors that classes are compared with.

import { counted, someOf } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { readWordVectors, vectorTable } from '../../formats/word_vectors.js'
import type { PseudoGlossRunConfig } from './config.js'

export interface ClassVectors {
  /** Numbers of a vector. */
  readonly width: number
  /** [classes, width], from a file; undefined where all are drawn with the model's other first weights. */
  readonly values?: Float32Array
  /** What to know of them. */
  readonly notes: readonly string[]
}

/**
 * Those of a file, random ones for what it lacks; without a file, random ones. Throws ERR_DATA for a file that is damaged, or that has none of the
 * classes.
 */
export async function classVectors(
  { vectors: { file, width }, seed }: Pick<PseudoGlossRunConfig, 'vectors' | 'seed'>,
  classes: readonly string[],
): Promise<ClassVectors> {
  if (file === null) return { width, notes: [] }
  const read = await readWordVectors(file, classes)
  if (read.found.size === 0) {
    const problem = `wanted vectors of pseudo-glosses such as ${someOf(classes)}, got none`
    throw new SignError('ERR_DATA', file, problem, 'Take the vectors of the language of the sentences')
  }
  const { data, width: own, missing } = vectorTable(classes, read, { kind: 'random', seed })
  const notes =
    missing.length > 0
      ? [
          `${file} has no vector of ${missing.length} of ${counted(classes.length, 'class', 'classes')}, such as ${someOf(missing)}: theirs are random`,
        ]
      : []
  return { width: own, values: data, notes }
}
