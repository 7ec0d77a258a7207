// What a pickle remembers to use again: types, keys, arrays. Only entries that are ever fetched are kept.

import type { Instructions } from './instructions.js'
import { Reconstructed } from './numpy.js'
import { op } from './opcodes.js'
import { Dict, List } from './values.js'

/** What is written once and used again: types, their names, keys. */
const MOST_FETCHED = 2 ** 16

/** The numbers of the memo's entries that are fetched, so that no other need be kept. Throws as {@link Instructions.next}, at the first fault of the file. */
export function fetchedEntries(instructions: Instructions): Set<number> {
  const fetched = new Set<number>()
  do {
    instructions.next()
    if (instructions.code !== op.BINGET && instructions.code !== op.LONG_BINGET) continue
    fetched.add(instructions.number)
    if (fetched.size > MOST_FETCHED) instructions.fail(`at most ${MOST_FETCHED} entries of the memo to be fetched`, 'more')
  } while (instructions.code !== op.STOP)
  return fetched
}

export class Memo {
  readonly #in: Instructions
  readonly #fetched: ReadonlySet<number>
  readonly #entries = new Map<number, unknown>()
  /** Entries so far, kept or not. */
  size = 0

  constructor(instructions: Instructions, fetched: ReadonlySet<number>) {
    this.#in = instructions
    this.#fetched = fetched
  }

  /** Remembers what lies on top of the stack. Entries are numbered as they come, as every writer does: throws ERR_DATA for another number. */
  put(entry: number, stack: readonly unknown[]): void {
    if (entry !== this.size) this.#in.fail(`entry ${this.size} of the memo`, String(entry))
    this.size += 1
    if (!this.#fetched.has(entry)) return
    if (stack.length === 0) this.#in.fail('a value for the memo', 'none')
    this.#entries.set(entry, stack.at(-1))
  }

  /** Throws ERR_DATA for an entry that is not there yet, and for a list, dictionary or array of objects, which would then be in two places, or in itself. */
  fetch(entry: number): unknown {
    if (!this.#entries.has(entry)) this.#in.fail('an entry of the memo that was put there', String(entry))
    const value = this.#entries.get(entry)
    const isOpen = value instanceof Reconstructed && (value.value === undefined || 'objects' in value.value)
    if (value instanceof List || value instanceof Dict || isOpen)
      this.#in.fail('each list, dictionary and array of objects once', `entry ${entry} of the memo again`)
    return value
  }
}
