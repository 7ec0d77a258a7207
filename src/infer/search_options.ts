// How a model that reads signing looks for words and glosses: what may be asked, and how a signature tells it.

import { SignError } from '../base/errors.js'
import type { Watched } from '../base/progress.js'
import { shown } from '../base/shown.js'
import type { Abortable } from './abort.js'
import type { BeamDialect } from './beam.js'

export interface TranslateOptions extends Abortable, Watched {
  /** Beams of the sentence, 1 to 64; 1, the default, is greedy. */
  readonly beams?: number
  /** Hypotheses are divided by ((5 + n) / 6)^alpha, or n^alpha as Hugging Face has it; −1, the default, leaves them as they are. */
  readonly alpha?: number
  /** Whose beam search; default `slrt`. */
  readonly dialect?: BeamDialect
  /** What becomes of a beam that ended and is not the best, in the dialect `slrt`: as released it is extended, and takes up its place. Default `frozen`. */
  readonly finished?: 'extended' | 'frozen'
  /** Most words, the closing one included; default and at most the model's. */
  readonly limit?: number
  /** Hypotheses of CTC; 1, the default, is greedy. */
  readonly glossBeams?: number
}

/** A search, complete. */
export type Search = Required<Omit<TranslateOptions, 'signal' | 'onProgress'>>

const MOST_BEAMS = 64

/** A model that looks for words, glosses or both: those it has. */
interface Searching {
  readonly words?: object | undefined
  readonly glosses?: object | undefined
}

/** The search that is asked for. Throws ERR_USAGE for an impossible one. */
export function checkedSearch(
  options: TranslateOptions,
  { words, config }: Searching & { readonly config: { readonly maxTokens: number } },
): Search {
  const { maxTokens } = config
  const { beams = 1, alpha = -1, dialect = 'slrt', finished = 'frozen', limit = maxTokens, glossBeams = 1 } = options
  const refuse = (problem: string) => new SignError('ERR_USAGE', 'translate', problem, 'Choose a number within that range')
  const isCount = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most
  if (!isCount(beams, MOST_BEAMS)) throw refuse(`wanted 1 to ${MOST_BEAMS} beams, got ${shown(beams)}`)
  if (!isCount(glossBeams, MOST_BEAMS)) throw refuse(`wanted 1 to ${MOST_BEAMS} beams of glosses, got ${shown(glossBeams)}`)
  if (!isCount(limit, maxTokens)) throw refuse(`wanted a limit of 1 to ${maxTokens} tokens, got ${shown(limit)}`)
  if (!Number.isFinite(alpha)) throw refuse(`wanted a finite alpha, got ${shown(alpha)}`)
  // Beams are of sentences: a model that only recognises has none.
  return { beams: words ? beams : 1, alpha, dialect, finished, limit, glossBeams }
}

/** How words and glosses were looked for, for a signature. */
export function searchSignature({ words, glosses }: Searching, options: TranslateOptions): string {
  const { beams = 1, alpha = -1, dialect = 'slrt', glossBeams = 1 } = options
  const sentence = beams === 1 ? 'greedy' : `beam:${beams}|alpha:${alpha}|dialect:${dialect}`
  const ctc = glossBeams === 1 ? 'ctc:greedy' : `ctc:beam${glossBeams}`
  return [...(words ? [sentence] : []), ...(glosses ? [ctc] : [])].join('|')
}
