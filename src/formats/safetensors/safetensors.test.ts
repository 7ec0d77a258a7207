import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../base/crc.js'
import { SignError } from '../../base/errors.js'
import { asFloat32 } from './float.js'
import { formatSafetensors, safetensorsPieces } from './format.js'
import { parseSafetensors } from './parse.js'
import { file, oneAndHalf, sample } from './safetensors.testing.js'

function complaint(bytes: Uint8Array): string {
  try {
    parseSafetensors(bytes, 'model.safetensors')
  } catch (error) {
    expect(error).toBeInstanceOf(SignError)
    expect((error as SignError).code).toBe('ERR_CHECKPOINT')
    return (error as SignError).message
  }
  throw new Error('parsed without complaint')
}

describe('reading safetensors', () => {
  it('reads tensors and metadata out of handmade bytes, unaligned ones too', () => {
    const json =
      '{"__metadata__":{"made":"by hand"},"flag":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"F32","shape":[1,1],"data_offsets":[1,5]},' +
      '"id":{"dtype":"I64","shape":[],"data_offsets":[5,13]},"none":{"dtype":"F32","shape":[0,3],"data_offsets":[13,13]}}'
    const { tensors, metadata } = parseSafetensors(file(json, [1, ...oneAndHalf, 254, 255, 255, 255, 255, 255, 255, 255]), 'x')
    expect(metadata).toEqual({ made: 'by hand' })
    expect([...tensors.keys()]).toEqual(['flag', 'w', 'id', 'none'])
    expect(tensors.get('w')).toEqual({
      dtype: 'F32',
      shape: [1, 1],
      data: new Float32Array([1.5]),
    })
    expect(tensors.get('id')!.data).toEqual(new BigInt64Array([-2n]))
    expect(tensors.get('none')!.data).toHaveLength(0)
  })

  it('reads an empty file of tensors', () => expect(parseSafetensors(file('{}'), 'x').tensors.size).toBe(0))

  it.each([
    ['fewer bytes than a length', new Uint8Array(3), 'model.safetensors: wanted at least 8 bytes of header length, got 3'],
    ['a header past the end', file('{}').slice(0, 9), 'byte 0: wanted 10 bytes up to the end of the header, got a file of 9'],
    ['an enormous header', Uint8Array.of(1, 225, 245, 5, 0, 0, 0, 0), 'wanted a header of at most 100000000 bytes, got 100000001'],
    ['broken JSON', file('{"a":'), 'byte 8: wanted a header of JSON'],
    ['broken UTF-8', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff), 'byte 8: wanted a header in UTF-8'],
    ['a list for a header', file('[]'), 'wanted a JSON object, got []'],
    [
      'a number type of the future',
      file('{"w":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}', [0]),
      'tensor "w": wanted a dtype of BOOL, U8',
    ],
    [
      'a negative extent',
      file('{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', oneAndHalf),
      'tensor "w": wanted a shape of whole numbers, got [-1]',
    ],
    [
      'offsets backwards',
      file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', oneAndHalf),
      'tensor "w": wanted data_offsets [begin, end], got [4,0]',
    ],
    [
      'a shape that does not fit',
      file('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', oneAndHalf),
      'wanted 8 bytes for F32 [2], got 4',
    ],
    [
      'a name and a shape of a megabyte, in a line that can be read',
      file(`{"${'w'.repeat(1e6)}":{"dtype":"F32","shape":[${'1,'.repeat(1e5)}2],"data_offsets":[0,4]}}`, oneAndHalf),
      `tensor "${'w'.repeat(76)}...: wanted 8 bytes for F32 [1,${'1,'.repeat(37)}..., got 4`,
    ],
    ['metadata of numbers', file('{"__metadata__":{"n":1}}'), '"__metadata__": wanted a string under "n", got 1'],
    ['unnamed bytes at the end', file('{}', [1, 2]), 'byte 10: wanted the end of the file after the header, got 2 more bytes'],
  ])('refuses %s', (_what, bytes, message) => expect(complaint(bytes)).toContain(message))

  it('says how many bytes a file cut short should have', () => {
    const whole = file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', oneAndHalf)
    expect(complaint(whole.slice(0, -1))).toContain(`wanted ${whole.length} bytes, got ${whole.length - 1}`)
  })

  it('refuses overlaps and holes, naming the tensor', () => {
    const two = (begin: number) =>
      `{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[${begin},${begin + 2}]}}`
    expect(complaint(file(two(1), [0, 0, 0]))).toMatch(/tensor "b": wanted it to begin at byte \d+ after "a", got an overlap/)
    expect(complaint(file(two(3), [0, 0, 0, 0, 0]))).toMatch(/tensor "b": wanted it to begin at byte \d+ after "a", got a hole/)
    expect(parseSafetensors(file(two(2), [1, 2, 3, 4]), 'x').tensors.get('b')!.data).toEqual(Uint8Array.of(3, 4))
  })

  it('refuses a key that occurs twice, however it is escaped', () => {
    const entry = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'
    expect(complaint(file(`{"é":${entry},"\\u00e9":${entry}}`, [0]))).toContain('byte 62: wanted each key once, got "é" again')
    expect(complaint(file('{"__metadata__":{"a":"1","a":"2"}}'))).toContain('got "a" again')
    expect(complaint(file('{"w":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [0]))).toContain('got "dtype" again')
  })
})

describe('writing safetensors', () => {
  it('is read back equal, in the order given', () => {
    const back = parseSafetensors(formatSafetensors(sample, { step: '7' }), 'x')
    expect([...back.tensors]).toEqual([...sample])
    expect(back.metadata).toEqual({ step: '7' })
  })

  it('gives equal bytes for equal content, with data aligned to 8', () => {
    const bytes = formatSafetensors(sample, { step: '7' })
    expect(formatSafetensors(new Map(sample), { step: '7' })).toEqual(bytes)
    const pieces = safetensorsPieces(sample, { step: '7' })
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
    // Those of tensors are where the tensors are.
    expect(pieces.slice(1).map(({ buffer }) => buffer)).toEqual(expect.arrayContaining([...sample.values()].map(({ data }) => data.buffer)))
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0)
    expect(new DataView(bytes.buffer).getBigInt64(bytes.length - 3 - 16 - 8, true)).toBe(-5n) // the widest come first
  })

  it('writes a view of a larger array as the view alone', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3)
    const back = parseSafetensors(formatSafetensors(new Map([['w', { dtype: 'F32', shape: [2], data }]])), 'x')
    expect(back.tensors.get('w')!.data).toEqual(Float32Array.of(1, 2))
  })

  it('refuses a shape that does not fit', () => {
    expect(() => formatSafetensors(new Map([['w', { dtype: 'F32', shape: [3], data: new Float32Array(2) }]]))).toThrow(
      '"w" [3] holds 2 numbers',
    )
  })
})

describe('checksums', () => {
  const good = formatSafetensors(sample, { step: '7' })
  const headerBytes = 8 + Number(new DataView(good.buffer).getBigUint64(0, true))

  it('are verified, and are not among the strings', () => {
    expect(parseSafetensors(good, 'x')).toMatchObject({ checked: true, metadata: { step: '7' } })
  })

  it('notice a flip of any bit of the file', () => {
    for (let bit = 0; bit < 8 * good.length; bit++) {
      const bytes = good.slice()
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => parseSafetensors(bytes, 'x'), `bit ${bit & 7} of byte ${bit >> 3}`).toThrow(/^x.*: wanted /)
    }
  })

  it('name the tensor that is damaged', () => {
    const bytes = good.slice()
    bytes[headerBytes + 9] = 1 // of w, which lies behind the eight bytes of steps
    expect(complaint(bytes)).toMatch(/^model\.safetensors: tensor "w": wanted bytes with checksum [0-9a-f]{8}, got [0-9a-f]{8}/)
  })

  it('call a damaged header damaged, whatever it says now', () => {
    const text = new TextDecoder('latin1').decode(good)
    for (const [from, to] of [
      ['[2,2]', '[2,3]'],
      ['F32', 'F33'],
      ['"step"', '"stop"'],
      ['crc32.header', 'crc33.header'],
      ['crc32.tensors', 'crc33.tensors'],
    ] as const) {
      expect(text).toContain(from)
      const bytes = Uint8Array.from(text.replace(from, to), (c) => c.charCodeAt(0))
      expect(complaint(bytes), to).toMatch(/^model\.safetensors: wanted a header with checksum .*: it is damaged/)
    }
  })

  it('that were made for other tensors are refused as damage, and as a text that is no list of them', () => {
    const other = new Map([['w', { dtype: 'U8', shape: [1], data: Uint8Array.of(1) } as const]])
    const sealed = new TextDecoder('latin1').decode(formatSafetensors(other))
    const renamed = (json: string) => {
      const bytes = Uint8Array.from(json, (c) => c.charCodeAt(0))
      const at = json.indexOf('"crc32.header":"') + 16
      bytes.fill(0x30, at, at + 8)
      const sum = crc32(bytes.subarray(0, bytes.length - 1))
        .toString(16)
        .padStart(8, '0')
      bytes.set(new TextEncoder().encode(sum), at)
      return bytes
    }
    expect(complaint(renamed(sealed.replace('{\\"w\\"', '{\\"v\\"')))).toContain('tensor "w": wanted bytes with checksum none')
    expect(complaint(renamed(sealed.replace('{\\"w\\":', '{\\"w\\";')))).toContain("wanted 'crc32.tensors' as a JSON object")
  })

  it('are none in the files of other tools and of older versions, which are read', () => {
    const foreign = file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', oneAndHalf)
    expect(parseSafetensors(foreign, 'x')).toMatchObject({ checked: false, metadata: {} })
  })
})

describe('asFloat32', () => {
  it('widens halves, also subnormal, infinite and NaN', () => {
    const data = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x03ff, 0x7bff, 0x7c00, 0xfc00, 0x7e00)
    const values = [1, -2, 0.333251953125, 2 ** -24, 1023 * 2 ** -24, 65504, Infinity, -Infinity, Number.NaN]
    expect([...asFloat32({ dtype: 'F16', shape: [9], data })]).toEqual(values)
  })

  it('widens bfloat16, whole numbers and booleans', () => {
    expect([
      ...asFloat32({
        dtype: 'BF16',
        shape: [2],
        data: Uint16Array.of(0x3fc0, 0xff80),
      }),
    ]).toEqual([1.5, -Infinity])
    expect([...asFloat32({ dtype: 'I64', shape: [1], data: BigInt64Array.of(-3n) })]).toEqual([-3])
    expect([...asFloat32({ dtype: 'BOOL', shape: [2], data: Uint8Array.of(0, 1) })]).toEqual([0, 1])
  })

  it('gives float32 as it is', () => {
    const data = Float32Array.of(1)
    expect(asFloat32({ dtype: 'F32', shape: [1], data })).toBe(data)
  })
})

it('answers any damaged file with a SignError or a valid content, never a crash', () => {
  const good = formatSafetensors(sample, { step: '7' })
  const edit = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.nat(good.length), (edits, keep) => {
      for (const bytes of [good.slice(), good.slice(0, keep)]) {
        for (const { at, byte } of edits) if (at < bytes.length) bytes[at] = byte
        try {
          for (const { shape, data } of parseSafetensors(bytes, 'x').tensors.values())
            expect(data.length).toBe(shape.reduce((product, extent) => product * extent, 1))
        } catch (error) {
          expect(error).toBeInstanceOf(SignError)
        }
      }
    }),
    { seed: 1, numRuns: 1500 },
  )
})
