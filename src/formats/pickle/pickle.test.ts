import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SignError } from '../../base/errors.js'
import { damagedBytes, mutations, surviveAll } from '../fuzz.testing.js'
import type { NpyArray } from '../npy.js'
import { readPickle } from './pickle.js'
import type { PickleValue } from './values.js'
import { pickleDicts } from './write.js'

const read = (...parts: readonly (string | number | readonly number[] | Uint8Array)[]): PickleValue => readPickle(bytesOf(parts), 'x.npy')

function bytesOf(parts: readonly (string | number | readonly number[] | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : Uint8Array.from(typeof part === 'number' ? [part] : part),
    ),
  )
}

/** The beginning, and what the texts of a pickle look like. */
const proto = '\x80\x03'
const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`
const u4 = (value: number): readonly number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]
const reconstruct = 'cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85C\x01b\x87R'
const dtype = (name: string, order = '<'): string =>
  `cnumpy\ndtype\n${text(name)}\x89\x88\x87R(K\x03${text(order)}NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb`
/** An array of `shape`, each axis below 256, with this behind its type. */
const array = (shape: readonly number[], name: string, data: string): string =>
  `${reconstruct}(K\x01(${shape.map((axis) => `K${String.fromCharCode(axis)}`).join('')}t${dtype(name)}\x89${data}tb`
const four = 'C\x04\0\0\x80\x3f'

describe('readPickle', () => {
  it('reads what plain data are made of', () => {
    expect(read(proto, 'N.')).toBe(null)
    expect(read(proto, '\x88.')).toBe(true)
    expect(read(proto, 'J\xff\xff\xff\xff.')).toBe(-1)
    expect(read(proto, 'M\x00\x01.')).toBe(256)
    expect(read(proto, ']q\0(K\x01K\x02e.')).toEqual([1, 2])
    expect(read(proto, '}', text('a'), 'K\x07s.')).toEqual(new Map([['a', 7]]))
    expect(read('\x80\x04\x95', [12, 0, 0, 0, 0, 0, 0, 0], '}\x94(\x8c\x01k\x94\x8c\x02\xc3\xa9u.')).toEqual(new Map([['k', 'é']]))
    expect(read(proto, array([1], 'f4', four), '.')).toEqual({ shape: [1], data: Float32Array.of(1) })
    expect(read(proto, array([2], 'f2', four), '.')).toEqual({ shape: [2], data: Float32Array.of(0, 1.875) })
    expect(read(proto, array([], 'i4', 'C\x04\x05\0\0\0'), '.')).toEqual({ shape: [], data: Int32Array.of(5) })
  })

  it('reads arrays of dictionaries back as they were written, keys and types remembered in between', () => {
    const dicts = Array.from({ length: 30 }, (_, t) => ({
      [`only_${t}`]: { shape: [], data: Int32Array.of(t) },
      points: { shape: [300, 2], data: Float32Array.from({ length: 600 }, (_, i) => t + i / 7) },
    })) satisfies Record<string, NpyArray>[]
    const value = readPickle(pickleDicts(dicts), 'x')
    expect(value).toEqual({ shape: [30], objects: dicts.map((dict) => new Map(Object.entries(dict))) })
  })

  it('hands items over one after another, and keeps what is made of them', () => {
    const dicts = Array.from({ length: 5 }, (_, t) => ({ t: { shape: [], data: Int32Array.of(t) } }))
    const value = readPickle(pickleDicts(dicts), 'x', {
      item: (dict, n) => `${n}: ${((dict as Map<string, NpyArray>).get('t') as NpyArray).data[0]}`,
    })
    expect(value).toEqual({ shape: [5], objects: ['0: 0', '1: 1', '2: 2', '3: 3', '4: 4'] })
  })

  it('counts places from the beginning of the file', () => {
    expect(() => readPickle(bytesOf([proto, 'I7\n.']), 'x.npy', { before: 128 })).toThrow(/^x\.npy: .* at byte 130, got INT/)
  })
})

/** Files that mean harm, or could be taken to: what each does under Python's own reader, and how it is refused. */
const marker = join(process.cwd(), 'a hostile pickle was here')
const hostile: [string, readonly (string | number | readonly number[])[], RegExp][] = [
  [
    'a shell command',
    [proto, `cos\nsystem\n${text(`touch "${marker}"`)}\x85R.`],
    /wanted an array or type of numpy at byte 2, got 'os system'/,
  ],
  [
    'one by its other name, on the stack',
    ['\x80\x04\x8c\x05posix\x8c\x06system\x93', text(`touch "${marker}"`), '\x85R.'],
    /got 'posix system'/,
  ],
  ['eval', [proto, `cbuiltins\neval\n${text('1')}\x85R.`], /got 'builtins eval'/],
  ['a process', [proto, `csubprocess\nPopen\n${text('x')}\x85R.`], /got 'subprocess Popen'/],
  ['a name of numpy that loads files', [proto, `cnumpy\nload\n${text('x')}\x85R.`], /got 'numpy load'/],
  ['a name that only begins like one', [proto, 'cnumpy\nndarray.tofile\n.'], /got 'numpy ndarray\.tofile'/],
  ['an instance of protocol 0', ['\x80\x03(ios\nsystem\n.'], /wanted an instruction that builds data at byte 3, got INST/],
  ['an object', [proto, '(o.'], /at byte 3, got OBJ/],
  ['a new object', [proto, 'cnumpy\nndarray\n)\x81.'], /got NEWOBJ$|got NEWOBJ\./],
  ['a registered extension', [proto, '\x82\x01.'], /at byte 2, got EXT1/],
  ['a persistent name', [proto, 'Pabc\n.'], /got PERSID/],
  [
    'a call with arguments that are not its own',
    [proto, 'cnumpy.core.multiarray\n_reconstruct\n', text('x'), '\x85R.'],
    /wanted the arguments of _reconstruct/,
  ],
  ['a call of an array type', [proto, 'cnumpy\nndarray\nJ\xff\xff\xff\x7f\x85R.'], /got one of numpy\.ndarray/],
  ['state for a dictionary', [proto, '}}b.'], /wanted an array or type to give its state at byte 4/],
  ['a list in itself', [proto, ']q\0h\0a.'], /wanted each list, dictionary and array of objects once at byte 5, got entry 0/],
  ['an array of objects in itself', [proto, `${reconstruct}q\0(K\x01(K\x01t${dtype('O8', '|')}\x89]h\0atb.`], /array of objects once/],
  ['a text of 4 GiB', [proto, 'X', u4(0xffffffff), 'abc.'], /wanted 4294967295 bytes of BINUNICODE at byte 2, got 4/],
  ['bytes of 2 GiB', [proto, 'B', u4(0x7fffffff), '.'], /wanted 2147483647 bytes of BINBYTES at byte 2, got 1/],
  ['a frame beyond the end', ['\x80\x04\x95', [0, 0, 0, 0, 0, 0, 0, 1], 'N.'], /bytes of FRAME at byte 2, got 2/],
  [
    'an array larger than its bytes',
    [proto, array([255, 255, 255], 'f8', four), '.'],
    /wanted 132651000 bytes for shape \(255, 255, 255\).*, got 4/,
  ],
  [
    'an array of more numbers than there are',
    [proto, array([255, 255, 255, 255, 255, 255, 255], 'f4', four), '.'],
    /wanted an array of at most/,
  ],
  ['an array of negative length', [proto, `${reconstruct}(K\x01J\xff\xff\xff\xff\x85${dtype('f4')}\x89${four}tb.`], /wanted a shape/],
  ['an array of big-endian numbers', [proto, `${reconstruct}(K\x01K\x01\x85${dtype('f4', '>')}`], /wanted (a little-endian dtype|STOP)/],
  [
    'an array of pointers',
    [proto, array([1], 'V8', 'C\x080123456\x07'), '.'],
    /wanted an array of plain little-endian numbers .* got '<V8'/,
  ],
  ['lists within lists', [proto, ']'.repeat(60), 'a'.repeat(59), '.'], /wanted values at most 6 deep at byte \d+, got 7/],
  ['tuples within tuples', [proto, ')', '\x85'.repeat(1000), '.'], /wanted tuples at most 6 deep at byte 8, got 7/],
  [
    'a million dictionaries',
    [proto, ']', '}'.repeat(1_000_000), '.'],
    /wanted (as many lists and dictionaries|at most \d+ values waiting)/,
  ],
  ['a million marks', [proto, '('.repeat(1_000_000), '.'], /wanted at most 24 marks at once/],
  [
    'a memo of four thousand million entries',
    [proto, 'Nr', u4(0xfffffff0), 'j', u4(0xfffffff0), '.'],
    /wanted entry 0 of the memo at byte 3, got 4294967280/,
  ],
  ['an entry that was never put there', [proto, 'h\x07.'], /wanted an entry of the memo that was put there at byte 2, got 7/],
  ['an entry of the memo for nothing', [proto, 'q\0h\0.'], /wanted a value for the memo at byte 2/],
  ['a call of nothing', [proto, 'R.'], /wanted 2 values for REDUCE at byte 2, got 0/],
  ['values from below a mark', [proto, 'K\x01(\x85.'], /wanted 1 value for TUPLE1 at byte 5, got 0/],
  ['a key that is no text', [proto, '}K\x01K\x02s.'], /wanted a text as key/],
  ['a key twice', [proto, '}(', text('a'), 'K\x01', text('a'), 'K\x02u.'], /wanted keys that differ .* got 'a' twice/],
  ['bytes where a value should be', [proto, four, '.'], /wanted a number, text, list, .* got bytes/],
  ['two values', [proto, 'NN.'], /wanted one value .* got 2/],
  ['something behind the end', [proto, 'N.cos\nsystem\n.'], /wanted STOP as the last byte at byte 3, got 12 bytes behind it/],
  ['protocol 5', ['\x80\x05N.'], /wanted protocol 3 or 4 at byte 0, got 5/],
  ['no protocol', ['N.'], /wanted PROTO at byte 0, got NONE/],
  ['a second protocol', [proto, proto, 'N.'], /wanted PROTO at the beginning only/],
  ['no end', [proto, 'N'], /wanted STOP at byte 3, got the end of the file/],
  ['text that is none', [proto, 'X', u4(2), '\xff\xfe', '.'], /wanted text in UTF-8/],
]

describe('a pickle that means harm', () => {
  it.each(hostile)('with %s is refused by its name and byte, and nothing happens', async (_, parts, message) => {
    await rm(marker, { force: true })
    const before = process.memoryUsage().rss
    let refused: unknown
    try {
      read(...parts)
    } catch (error) {
      refused = error
    }
    expect(refused).toBeInstanceOf(SignError)
    expect((refused as SignError).code).toBe('ERR_DATA')
    expect((refused as SignError).message).toMatch(message)
    expect((refused as SignError).message).toMatch(/^x\.npy: .* at byte \d+/)
    expect(existsSync(marker)).toBe(false)
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 2 ** 20)
  })

  it('of any changed bytes is data or an error of ours', async () => {
    const points = { shape: [3, 2], data: Float32Array.of(0, 1, 2, 3, 4, 5) }
    const written = pickleDicts([{ points, count: { shape: [], data: Int32Array.of(2) } }, { points }])
    const framed = bytesOf([
      '\x80\x04\x95',
      [31, 0, 0, 0, 0, 0, 0, 0],
      ']\x94(}\x94(\x8c\x03one\x94K\x01\x8c\x03two\x94h\x02u}\x94h\x03\x89se.',
    ])
    const outcome = await surviveAll(damagedBytes([written, framed]), (bytes) => void readPickle(bytes, 'x.npy'), 'x.npy', / at byte \d+/)
    expect(outcome.read + outcome.refused).toBeGreaterThanOrEqual(mutations)
    expect(Math.min(outcome.read, outcome.refused)).toBeGreaterThan(0)
    expect(readPickle(framed, 'x')).toEqual([
      new Map<string, unknown>([
        ['one', 1],
        ['two', 'one'],
      ]),
      new Map([['two', false]]),
    ])
  })
})
