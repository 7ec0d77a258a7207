// Files that only grow. Each piece is written in one call and at once, so that a run that dies loses at most its last one.

import { appendFileSync, closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { SignError } from './errors.js'
import { outputError } from './files.js'
import { makeFolders } from './make_folders.js'

/** A file open for appending. Makes its folder. Every method throws ERR_OUTPUT with the path where the system refuses. */
export class AppendFile {
  readonly path: string
  #file: number | null

  constructor(path: string) {
    this.path = path
    this.#file = this.#attempt('open', () => {
      makeFolders(dirname(path))
      return openSync(path, 'a')
    })
  }

  append(data: string | Uint8Array): void {
    const file = this.#file
    if (file === null) throw new SignError('ERR_DISPOSED', this.path, 'wanted an open file, got a closed one', 'Append before closing')
    this.#attempt('append to', () => appendFileSync(file, data))
  }

  /** Closing twice is allowed. */
  close(): void {
    const file = this.#file
    this.#file = null
    if (file !== null) this.#attempt('close', () => closeSync(file))
  }

  #attempt<T>(what: string, action: () => T): T {
    try {
      return action()
    } catch (cause) {
      throw outputError(this.path, `${what} this file`, cause)
    }
  }
}
