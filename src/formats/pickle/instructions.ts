// The instructions of a pickle one after another, each whole and within the file. Nothing is built here.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { type Argument, argumentOf, op, opName } from './opcodes.js'

/** Keys and names of types are short; more is no key. */
const LONGEST_TEXT = 2 ** 16

const fixed: Partial<Record<Argument, number>> = { u1: 1, u2: 2, u4: 4, u8: 8, i4: 4, text1: 1, text4: 4, bytes1: 1, bytes4: 4 }

/** A cursor over the instructions: {@link next} moves it, the fields hold the one it is at. */
export class Instructions {
  readonly #bytes: Buffer
  /** Bytes of the file before these, for places in messages. */
  readonly #before: number
  readonly #who: string
  #next = 0
  /** Where the instruction begins. */
  at = 0
  code = 0
  /** A number, or the length of text or bytes. */
  number = 0
  /** Where text, bytes or names lie. */
  from = 0
  to = 0

  constructor(bytes: Uint8Array, who: string, before: number) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#who = who
    this.#before = before
  }

  /** Throws ERR_DATA naming the file and the byte of the instruction. */
  fail(wanted: string, got: string): never {
    throw new SignError(
      'ERR_DATA',
      this.#who,
      `wanted ${wanted} at byte ${this.#before + this.at}, got ${got}`,
      'Fetch the file again; if it is whole, save its arrays without pickle',
    )
  }

  /** Moves on by one. Throws ERR_DATA naming the byte for an instruction that is not read, one that is cut off, and bytes behind the last. */
  next(): void {
    this.at = this.#next
    if (this.at >= this.#bytes.length) this.fail('STOP', 'the end of the file')
    this.code = this.#bytes[this.at]!
    const argument = argumentOf[this.code]
    if (argument === undefined) this.fail('an instruction that builds data', opName(this.code))
    this.#next = this.at + 1
    if (argument === 'names') this.#takeNames()
    else if (argument !== 'nothing') this.#take(argument)
    if (this.code === op.STOP && this.#next < this.#bytes.length)
      this.fail('STOP as the last byte', `${counted(this.#bytes.length - this.#next, 'byte')} behind it`)
  }

  #take(argument: Argument): void {
    const size = fixed[argument]!
    this.#need(this.at + 1, size)
    const at = this.at + 1
    this.#next = at + size
    if (argument === 'i4') this.number = this.#bytes.readInt32LE(at)
    else if (size === 8) this.number = Number(this.#bytes.readBigUInt64LE(at))
    else this.number = this.#bytes.readUIntLE(at, size)
    if (argument === 'u1' || argument === 'u2' || argument === 'u4' || argument === 'i4') return
    // A frame only says how much may be read at once; texts and bytes are consumed.
    this.#need(this.#next, this.number)
    if (argument === 'u8') return
    if ((argument === 'text1' || argument === 'text4') && this.number > LONGEST_TEXT)
      this.fail(`a text of at most ${LONGEST_TEXT} bytes`, String(this.number))
    this.from = this.#next
    this.to = this.#next + this.number
    this.#next = this.to
  }

  #takeNames(): void {
    this.from = this.at + 1
    const ends = this.#bytes.subarray(this.from, this.from + LONGEST_TEXT)
    const module = ends.indexOf(10)
    const name = module < 0 ? -1 : ends.indexOf(10, module + 1)
    if (name < 0) this.fail('a module and a name, each on a line', 'no end of them')
    this.to = this.from + name
    this.#next = this.to + 1
  }

  #need(from: number, size: number): void {
    const left = this.#bytes.length - from
    if (size > left) this.fail(`${counted(size, 'byte')} of ${opName(this.code)}`, String(left))
  }

  /** The text of the instruction. Throws ERR_DATA where it is not UTF-8. */
  text(): string {
    const text = this.#bytes.toString('utf8', this.from, this.to)
    if (text.includes('\ufffd')) this.fail('text in UTF-8', 'other bytes')
    return text
  }

  /** The bytes of the instruction where they lie. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(this.from, this.to)
  }
}
