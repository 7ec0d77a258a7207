// Pictures in the format PAM, one behind the other in a stream: a few lines of text that say the size, then the bytes.

import { bug } from '../base/errors.js'

export interface Picture {
  readonly width: number
  readonly height: number
  /** A byte a channel. */
  readonly rgba: Uint8Array
}

const END = 'ENDHDR\n'
const LONGEST_HEADER = 1024

/** Reads RGBA pictures; one that is cut short ends the stream. */
export async function* readPam(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Picture, undefined> {
  const bytes = new ByteReader(stream)
  for (;;) {
    const header = await bytes.until(END)
    if (header === undefined) return
    const number = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(header)?.[1])
    const [width, height, depth, most] = ['WIDTH', 'HEIGHT', 'DEPTH', 'MAXVAL'].map(number) as [number, number, number, number]
    if (!header.startsWith('P7\n') || !(width > 0 && height > 0) || depth !== 4 || most !== 255)
      throw bug('pam', `header ${JSON.stringify(header)}`)
    const rgba = await bytes.take(4 * width * height)
    if (!rgba) return
    yield { width, height, rgba }
  }
}

/** Bytes of a stream, no more of which is read than asked for and what came with it. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #held: Uint8Array = new Uint8Array()

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /** Text up to and with `end`; undefined where the stream ends before. */
  async until(end: string): Promise<string | undefined> {
    for (;;) {
      const text = new TextDecoder('latin1').decode(this.#held.subarray(0, LONGEST_HEADER))
      const at = text.indexOf(end)
      if (at >= 0) {
        this.#held = this.#held.subarray(at + end.length)
        return text.slice(0, at + end.length)
      }
      if (text.length >= LONGEST_HEADER) throw bug('pam', 'a header without an end')
      const { value } = await this.#chunks.next()
      if (!value) return undefined
      const both = new Uint8Array(this.#held.length + value.length)
      both.set(this.#held)
      both.set(value, this.#held.length)
      this.#held = both
    }
  }

  /** So many bytes; undefined where the stream ends before. */
  async take(count: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(count)
    let done = 0
    for (;;) {
      const part = this.#held.subarray(0, count - done)
      bytes.set(part, done)
      done += part.length
      this.#held = this.#held.subarray(part.length)
      if (done === count) return bytes
      const { value } = await this.#chunks.next()
      if (!value) return undefined
      this.#held = value
    }
  }
}
