// Text files to score: one sentence a line, the same sentences in each.

import { SignError } from '../base/errors.js'
import { linesOfText, readText } from '../base/text_file.js'
import type { TextPair } from '../metrics/corpus_metric.js'
import { glossCleanUps } from '../metrics/gloss_clean_up.js'
import type { GlossCleanUp } from '../metrics/text_metric_names.js'
import { type NormaliseTextOptions, normaliseLine } from '../metrics/text_normalisation.js'
import { trimmed } from '../metrics/white_space.js'

/** The lines of a hypothesis file beside those of the references, as they stand in the files and as they are scored. */
export interface ScoredLines {
  readonly path: string
  readonly raw: readonly TextPair[]
  readonly pairs: readonly TextPair[]
  /** Lines of the hypothesis file, 1-based, that are empty as scored. */
  readonly empty: readonly number[]
}

export interface References {
  readonly path: string
  readonly lines: readonly string[]
}

/** The references. Throws ERR_DATA naming the file and line: for a file that cannot be read or holds none, and for one that is empty as scored. */
export async function readReferences(path: string, normalise: NormaliseTextOptions): Promise<References> {
  const lines = linesOfText(await readText(path))
  if (lines.length === 0) throw new SignError('ERR_DATA', path, 'wanted a reference on each line, got an empty file', 'Give the references')
  const empty = lines.findIndex((line) => isEmpty(line, normalise))
  if (empty >= 0) {
    const got = isEmpty(lines[empty]!, {}) ? 'an empty line' : `'${lines[empty]}', of which --strip-dot leaves nothing`
    const nextMove = 'Give its sentence, or take that line out of all files'
    throw new SignError('ERR_DATA', `${path}:${empty + 1}`, `wanted a reference, got ${got}`, nextMove)
  }
  return { path, lines }
}

/** Hypotheses beside their references. Throws ERR_DATA naming the file and line for one that cannot be read, or that has not as many lines. */
export async function readHypotheses(path: string, references: References, normalise: NormaliseTextOptions): Promise<ScoredLines> {
  const lines = linesOfText(await readText(path))
  const [got, wanted] = [lines.length, references.lines.length]
  if (got !== wanted) {
    const [who, problem] =
      got < wanted
        ? [`${path}:${got + 1}`, `wanted a hypothesis for each of the ${wanted} lines of ${references.path}, got only ${got}`]
        : [`${references.path}:${wanted + 1}`, `wanted a reference for each of the ${got} lines of ${path}, got only ${wanted}`]
    throw new SignError(
      'ERR_DATA',
      who,
      problem,
      'Line n of both files must be the same sentence; where nothing was said, leave its line empty',
    )
  }
  const raw = lines.map((hypothesis, i) => ({ hypothesis, reference: references.lines[i]! }))
  const pairs = raw.map(({ hypothesis, reference }) => ({
    hypothesis: normaliseLine(hypothesis, normalise),
    reference: normaliseLine(reference, normalise),
  }))
  const empty = lines.flatMap((line, i) => (isEmpty(line, normalise) ? [i + 1] : []))
  return { path, raw, pairs, empty }
}

/** Throws ERR_DATA naming the file and line of the first glosses that a clean-up does not take. */
export function checkGlosses({ path, pairs }: ScoredLines, references: string, cleanUp: GlossCleanUp): void {
  for (const [i, { hypothesis, reference }] of pairs.entries())
    for (const [file, line] of [
      [path, hypothesis],
      [references, reference],
    ] as const) {
      try {
        glossCleanUps[cleanUp](line)
      } catch (cause) {
        const problem = `wanted glosses that the clean-up ${cleanUp} takes, got '${line.slice(0, 60)}'`
        throw new SignError('ERR_DATA', `${file}:${i + 1}`, problem, 'Use --clean-up phoenix-2014t, which takes __EPENTHESIS__ out', {
          cause,
        })
      }
    }
}

const isEmpty = (line: string, normalise: NormaliseTextOptions): boolean => trimmed(normaliseLine(line, normalise)) === ''
