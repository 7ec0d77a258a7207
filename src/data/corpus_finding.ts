// What a check of a corpus finds.

import { SignError } from '../base/errors.js'

export interface CorpusFinding {
  /** An `error` makes the corpus unfit to be used as it is; a `warning` wants looking at. */
  readonly severity: 'error' | 'warning'
  /** `path:line`, or `path` of what is no line's fault. */
  readonly where: string
  readonly problem: string
}

/** How findings are collected. */
export type Note = (severity: CorpusFinding['severity'], where: string, problem: string) => void

/** What an error of ours says, without whom it says it of. */
export function problemOf(error: unknown): string {
  if (!(error instanceof SignError)) throw error
  return error.message.slice(error.message.indexOf(': wanted') + 2)
}
