import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignError } from '../base/errors.js'
import { rigidMotion } from '../motion/rig.testing.js'
import { decodeNpy, encodeNpy, type NpyArray } from './npy.js'
import { decodeNpz, encodeNpz, readNpz, writeMotionNpz } from './npz.js'

const folder = await mkdtemp(join(tmpdir(), 'npz-'))
const array = (...data: number[]): NpyArray => ({ shape: [data.length], data: Float32Array.from(data) })

/** An array with a header of our own. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const length = version === 1 ? [header.length & 255, header.length >> 8] : [header.length & 255, header.length >> 8, 0, 0]
  return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), version, 0, ...length, ...Buffer.from(header), ...data])
}

describe('an array', () => {
  it("follows numpy's layout: magic, version, a padded dictionary, data at a multiple of 64", () => {
    const bytes = Buffer.from(encodeNpy({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }, 'a'))
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]))
    expect(bytes.readUInt16LE(8)).toBe(128 - 10)
    expect(bytes.toString('latin1', 10, 128)).toBe(`${"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117)}\n`)
    expect([0, 1, 2, 3, 4, 5].map((i) => bytes.readFloatLE(128 + 4 * i))).toEqual([1, 2, 3, 4, 5, 6])
    expect(bytes).toHaveLength(128 + 24)
  })

  it.each([
    ['<f4', Float32Array.of(1.5, -2)],
    ['<f8', Float64Array.of(Math.PI, Number.NaN)],
    ['<i8', BigInt64Array.of(-1n, 2n)],
    ['<i4', Int32Array.of(-1, 2)],
    ['<i2', Int16Array.of(-1, 2)],
    ['|i1', Int8Array.of(-1, 2)],
    ['<u8', BigUint64Array.of(1n, 2n)],
    ['<u4', Uint32Array.of(1, 4e9)],
    ['<u2', Uint16Array.of(1, 65535)],
    ['|u1', Uint8Array.of(1, 255)],
  ] as const)('of %s comes back as it was', (descr, data) => {
    const bytes = encodeNpy({ shape: [1, 2, 1], data }, 'a')
    expect(Buffer.from(bytes).toString('latin1')).toContain(`'descr': '${descr}'`)
    expect(decodeNpy(bytes, 'a')).toEqual({ shape: [1, 2, 1], data })
  })

  it('may be a single number, or hold none', () => {
    for (const made of [
      { shape: [], data: Float64Array.of(25) },
      { shape: [0, 3], data: new Float32Array(0) },
    ])
      expect(decodeNpy(encodeNpy(made, 'a'), 'a')).toEqual(made)
  })

  it('is read in later versions, with its keys in any order', () => {
    const data = Uint8Array.of(7, 8)
    expect(decodeNpy(npy("{'shape':(2,), 'fortran_order':True, 'descr':'|u1'}\n", data, 2), 'a')).toEqual({ shape: [2], data })
  })

  it.each([
    ["{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", /wanted numbers of kind <f4 .* at byte 10, got '>f4'/],
    ["{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", /got '\|O'/],
    ["{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", /wanted C order at byte 10, got Fortran order/],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", /wanted 8 bytes for shape \(2,\) at byte \d+, got 4/],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", /wanted a shape at byte 10/],
  ])('is refused with %s', (header, message) => {
    expect(() => decodeNpy(npy(header, new Uint8Array(4)), 'a.npz')).toThrow(message)
  })

  it('is not written in a shape that does not fit', () => {
    expect(() => encodeNpz({ x: { shape: [3], data: Float32Array.of(1) } }, 'a.npz')).toThrow(
      "a.npz, 'x': wanted 3 numbers for shape (3), got 1. Correct the shape.",
    )
  })
})

describe('an archive', () => {
  it('holds its arrays by name, and is the same bytes each time', async () => {
    const arrays = { first: array(1, 2, 3), second: { shape: [2, 2], data: Int32Array.of(1, -2, 3, -4) } }
    const bytes = encodeNpz(arrays)
    expect(decodeNpz(bytes, 'a.npz')).toEqual(arrays)
    expect(encodeNpz(arrays)).toEqual(bytes)
  })

  it('holds a motion as joints and fps', async () => {
    const path = join(folder, 'a.npz')
    const motion = { ...rigidMotion(3, 1), fps: 29.97 }
    await writeMotionNpz(path, motion)
    const { joints, fps } = await readNpz(path)
    expect(joints).toEqual({ shape: [3, 50, 3], data: motion.joints })
    expect(fps).toEqual({ shape: [], data: Float64Array.of(29.97) })
    await expect(writeMotionNpz(path, { ...motion, frames: 2 })).rejects.toThrow(/a\.npz: wanted 300 numbers for 2 frames, got 450/)
  })

  it('is refused where the file is missing, cut, or has a bit changed in its data', async () => {
    await expect(readNpz(join(folder, 'none.npz'))).rejects.toThrow(/none\.npz: wanted a readable file/)
    const bytes = encodeNpz({ x: array(...Array.from({ length: 50 }, (_, i) => Math.sin(i))) })
    expect(() => decodeNpz(bytes.subarray(0, -30), 'a.npz')).toThrow(/a\.npz: wanted the end of a zip archive at byte \d+, got none/)
    const changed = bytes.slice()
    changed[150] = changed[150]! ^ 1
    expect(() => decodeNpz(changed, 'a.npz')).toThrow(/a\.npz: wanted .*'x\.npy'.* at byte 35, got/)
  })

  it('of any changed bytes is what was written or an error of ours', async () => {
    const arrays = { joints: { shape: [4, 2], data: Float32Array.from({ length: 8 }, (_, i) => i / 3) }, fps: array(25) }
    const bytes = encodeNpz(arrays)
    const edits = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(edits, fc.nat(bytes.length), fc.boolean(), (changes, length, cut) => {
        const mutated = cut ? bytes.slice(0, length) : bytes.slice()
        for (const [at, value] of changes) if (at < mutated.length) mutated[at] = value
        try {
          for (const [name, { shape, data }] of Object.entries(decodeNpz(mutated, 'a.npz'))) {
            expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length)
            // A changed name is a name all the same; the numbers under it are those written.
            const own = arrays[name as keyof typeof arrays]
            if (own) expect(data).toEqual(own.data)
          }
        } catch (error) {
          if (!(error instanceof SignError)) throw error
          expect(error.message).toMatch(/^a\.npz.* at byte \d+/)
        }
      }),
      { numRuns: 3000, seed: 1 },
    )
  })
})
