// Scorers that are programs of their own, such as BLEURT: sentences go out as JSON lines, scores come back so.

import { basename, extname } from 'node:path'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { shown } from '../base/shown.js'
import { linesOfText, readText } from '../base/text_file.js'
import { type BootstrapOptions, bootstrapIntervals, type Interval } from '../metrics/bootstrap.js'
import { type CorpusMetric, countCorpus, type TextPair } from '../metrics/corpus_metric.js'

/** The mean of what another program made of the sentences. */
export interface ExternalScore extends Interval {
  /** The file's name without its ending. */
  readonly name: string
  readonly path: string
  readonly sentences: number
}

/** Writes a line {id, hyp, ref} for each pair. Throws ERR_OUTPUT. */
export async function writeScorerLines(path: string, pairs: readonly TextPair[]): Promise<void> {
  const lines = pairs.map(({ hypothesis, reference }, i) => JSON.stringify({ id: i + 1, hyp: hypothesis, ref: reference }))
  await writeWhole(path, `${lines.join('\n')}\n`)
}

/**
 * Reads a line {id, score} for each of `sentences`. Throws ERR_DATA naming the file, and the line of what is no such line, of an id that is not
 * 1 to `sentences` or comes twice; and where a sentence has no score.
 */
export async function readScorerLines(path: string, sentences: number, options: BootstrapOptions): Promise<ExternalScore> {
  const scores = new Map<number, number>()
  for (const [i, line] of linesOfText(await readText(path)).entries()) {
    if (line.trim() === '') continue
    const who = `${path}:${i + 1}`
    const { id, score } = parsed(line, who)
    if (!Number.isInteger(id) || id < 1 || id > sentences)
      throw new SignError(
        'ERR_DATA',
        who,
        `wanted an id from 1 to ${sentences}, got ${id}`,
        'Score the lines that --jsonl wrote for these files',
      )
    if (scores.has(id)) throw new SignError('ERR_DATA', who, `wanted each id once, got ${id} again`, 'Leave one of its scores')
    scores.set(id, score)
  }
  const missing = Array.from({ length: sentences }, (_, i) => i + 1).find((id) => !scores.has(id))
  if (missing !== undefined) {
    const problem = `wanted a score for each of the ${sentences} sentences, got none for id ${missing}`
    throw new SignError('ERR_DATA', path, problem, 'Score all lines that --jsonl wrote')
  }
  // In the order of the sentences, so that the sum does not depend on that of the file.
  const ordered = Array.from({ length: sentences }, (_, i) => scores.get(i + 1)!)
  const [{ value, interval }] = bootstrapIntervals(countCorpus(mean, ordered), options) as [Interval]
  return { name: basename(path, extname(path)), path, sentences, value, interval }
}

const mean: CorpusMetric<number> = {
  names: [{ key: 'mean', label: 'mean' }],
  method: 'average:sentence',
  higherIsBetter: true,
  statistics: (score) => Float64Array.of(score, 1),
  scores: ([sum, sentences]) => [sum! / sentences!],
}

function parsed(line: string, who: string): { id: number; score: number } {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new SignError('ERR_DATA', who, `wanted a line of JSON, got '${line.slice(0, 40)}'`, WANTED, { cause })
  }
  const { id, score } = (value ?? {}) as { id?: unknown; score?: unknown }
  if (typeof id === 'number' && typeof score === 'number') return { id, score }
  const got = typeof id === 'number' ? `the score ${shown(score)}` : `the id ${shown(id)}`
  throw new SignError('ERR_DATA', who, `wanted numbers as id and score, got ${got}`, WANTED)
}

const WANTED = 'Give lines such as {"id": 1, "score": 0.42}'
