// A text that grows, for whoever watches: drawn anew on a terminal, its new part after the old in a log, JSON for programs. The result comes on standard
// output once it is whole.

import { jsonText, printable } from '../base/printable.js'
import type { ProgressStream } from './progress_display.js'

export class TextStream {
  readonly #stream: ProgressStream
  readonly #json: boolean
  #shown = ''

  constructor(stream: ProgressStream, { json }: { readonly json: boolean }) {
    this.#stream = stream
    this.#json = json
  }

  /** The text so far. */
  show(text: string): void {
    if (text === this.#shown) return
    if (this.#json) this.#stream.write(`${jsonText({ soFar: text })}\n`)
    else if (this.#stream.isTTY) this.#stream.write(`${CLEAR}${printable(text)}`)
    else this.#stream.write(printable(text.startsWith(this.#shown) ? text.slice(this.#shown.length) : `\n${text}`))
    this.#shown = text
  }

  /** Makes room for the result. */
  done(): void {
    if (this.#shown === '' || this.#json) return
    this.#stream.write(this.#stream.isTTY ? CLEAR : '\n')
  }
}

/** To the beginning of the line, and nothing left on it. */
const CLEAR = '\r\u001B[K'
