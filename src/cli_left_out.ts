// What is said of clips that were left out, and the exit status they make.

import { counted } from './base/counted.js'
import { exitStatus } from './base/errors.js'
import type { BrokenClip } from './commands/clip_work.js'

/** Clips that were left out make the status that of broken data, unless that is what was asked for. */
export function failWhereBroken({ broken }: { broken: readonly BrokenClip[] }, { skipBroken = false }: { skipBroken?: boolean }): void {
  if (broken.length > 0 && !skipBroken) process.exitCode = exitStatus.ERR_DATA
}

/** The same as a line of its own. */
export const brokenLine = ({ broken }: { broken: readonly BrokenClip[] }): string =>
  broken.length > 0 ? `\n${counted(broken.length, 'broken clip')} left out` : ''

export const brokenText = ({ broken }: { broken: readonly BrokenClip[] }): string =>
  broken.length > 0 ? `, ${counted(broken.length, 'broken clip')} left out` : ''
