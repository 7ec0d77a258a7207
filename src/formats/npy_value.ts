// Arrays of numbers, of texts or of Python objects: what numpy.save takes beside numbers. Objects are a pickle, read as data (pickle/pickle.ts).

import { encodeItems, type NpyArray, npyHeader, npyNumbers } from './npy.js'
import type { ObjectArray } from './pickle/numpy.js'
import { type PickleOptions, readPickle } from './pickle/pickle.js'
import type { PickleValue } from './pickle/values.js'

/** An array of texts, without the zeros that fill them up. */
export interface TextArray {
  readonly shape: readonly number[]
  readonly texts: readonly string[]
}

export type NpyValue = NpyArray | TextArray | ObjectArray

const LARGEST_CODE_POINT = 0x10ffff

/**
 * Decodes an array of numbers, texts or objects; `who` is named in errors, with the byte. Throws ERR_DATA for whatever is none of them, as `decodeNpy` and
 * `readPickle` do.
 *
 * @param item what to keep of each item of an array of objects, see `PickleOptions`
 */
export function decodeNpyValue(bytes: Uint8Array, who: string, item?: PickleOptions['item']): NpyValue {
  const header = npyHeader(bytes, who)
  const { descr, shape, start, fail } = header
  const width = /^<U(\d{1,6})$/.exec(descr)?.[1]
  if (width !== undefined) return textArray(bytes.subarray(start), Number(width), shape, (wanted, got) => fail(start, wanted, got))
  if (descr !== '|O') return npyNumbers(bytes, header)
  const value = readPickle(bytes.subarray(start), who, { before: start, ...(item ? { item } : {}) })
  if (!isObjectArray(value)) return fail(start, 'an array of objects', 'another value')
  if (value.shape.join() !== shape.join()) fail(start, `objects of shape (${shape.join(', ')})`, `(${value.shape.join(', ')})`)
  return value
}

export function isObjectArray(value: PickleValue | NpyValue): value is ObjectArray {
  return typeof value === 'object' && value !== null && 'objects' in value
}

export function isTextArray(value: NpyValue): value is TextArray {
  return 'texts' in value
}

/** The bytes of a single text. */
export function encodeNpyText(text: string): Uint8Array {
  const characters = Array.from(text, (character) => character.codePointAt(0)!)
  const items = Buffer.alloc(characters.length * 4)
  for (const [i, code] of characters.entries()) items.writeUInt32LE(code, i * 4)
  return encodeItems(`<U${characters.length}`, [], items)
}

/** Four bytes a character, UTF-32, filled up with zeros. */
function textArray(bytes: Uint8Array, width: number, shape: readonly number[], fail: (wanted: string, got: string) => never): TextArray {
  const count = shape.reduce((product, axis) => product * axis, 1)
  if (count * width * 4 !== bytes.length) fail(`${count * width * 4} bytes of text`, String(bytes.length))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const texts = width === 0 ? [] : Array.from({ length: count }, (_, i) => textAt(view, i * width, width, fail))
  return { shape, texts }
}

function textAt(view: DataView, first: number, width: number, fail: (wanted: string, got: string) => never): string {
  let text = ''
  for (let i = 0; i < width; i++) {
    const code = view.getUint32((first + i) * 4, true)
    if (code > LARGEST_CODE_POINT || (code >= 0xd800 && code < 0xe000)) fail('text', `character code ${code}`)
    if (code !== 0) text += String.fromCodePoint(code)
  }
  return text
}
