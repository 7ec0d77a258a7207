// What a command says beside its result, on standard error: text for people, `{"note": …}` for programs.

import { jsonText, printable } from '../base/printable.js'

/** Whom a command speaks to. */
export interface Listener {
  /** Programs instead of people. */
  readonly json?: boolean
}

/** A line for whoever watches. */
export function say(line: string, { json = false }: Listener): void {
  process.stderr.write(json ? `${jsonText({ note: line.trim() })}\n` : `${printable(line)}\n`)
}

/** What its user should know: nothing stopped the work, but the result may not be what was wanted. */
export function warn(note: string, to: Listener): void {
  say(noteLine(note, to), to)
}

/** A note as the line that is said: programs are told by the key what it is. */
export const noteLine = (note: string, { json = false }: Listener): string => (json ? note : `note: ${note}`)
