// A little-endian reader that knows where it stands, so that a cut file is reported by byte offset and never read past its end.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'

export class ByteReader {
  readonly who: string
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  /** @param who the file, for errors */
  constructor(bytes: Uint8Array, who: string) {
    this.who = who
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get offset(): number {
    return this.#at
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  /** Moves on by `count` bytes and returns where they start. Throws ERR_DATA with the offset, the bytes wanted and the bytes there are. */
  skip(count: number, what: string): number {
    if (count > this.left) {
      const problem = `wanted ${counted(count, 'byte')} for ${what} at byte ${this.#at}, got ${this.left}`
      throw new SignError('ERR_DATA', this.who, problem, 'Fetch the file again: it is cut short or no .pose file')
    }
    const start = this.#at
    this.#at += count
    return start
  }

  u16(what: string): number {
    return this.#view.getUint16(this.skip(2, what), true)
  }

  u32(what: string): number {
    return this.#view.getUint32(this.skip(4, what), true)
  }

  f32(what: string): number {
    return this.#view.getFloat32(this.skip(4, what), true)
  }

  /** A copy, since the file need not be aligned to 4 bytes. */
  f32s(count: number, what: string): Float32Array {
    const start = this.skip(count * 4, what)
    const out = new Float32Array(count)
    new Uint8Array(out.buffer).set(this.#bytes.subarray(start, start + count * 4))
    return out
  }

  /** UTF-8 behind its length in 16 bits. */
  text(what: string): string {
    const length = this.u16(`the length of ${what}`)
    const start = this.skip(length, what)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes.subarray(start, start + length))
    } catch (cause) {
      throw new SignError('ERR_DATA', this.who, `wanted UTF-8 for ${what} at byte ${start}, got other bytes`, 'Fetch the file again', {
        cause,
      })
    }
  }
}
