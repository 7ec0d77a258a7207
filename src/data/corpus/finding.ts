// What a check of a corpus finds.

import { SignError } from '../../base/errors.js'

export interface CorpusFinding {
  /** An `error` makes the corpus unfit to be used as it is; a `warning` wants looking at. */
  readonly severity: 'error' | 'warning'
  /** `path:line`, or `path` of what is no line's fault. */
  readonly where: string
  readonly problem: string
}

/** How findings are collected. */
export type Note = (severity: CorpusFinding['severity'], where: string, problem: string) => void

/** What an error of ours says, without whom it says it of. Throws any other error. */
export function problemOf(error: unknown): string {
  return partsOf(error).problem
}

/** An error of ours as a finding, where it says that it is. Throws any other error. */
export function noteError(note: Note, error: unknown): void {
  const { where, problem } = partsOf(error)
  note('error', where, problem)
}

function partsOf(error: unknown): Pick<CorpusFinding, 'where' | 'problem'> {
  if (!(error instanceof SignError)) throw error
  const at = error.message.indexOf(': wanted')
  return { where: error.message.slice(0, at), problem: error.message.slice(at + 2) }
}
