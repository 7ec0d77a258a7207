import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignError } from '../base/errors.js'
import { rigidMotion } from '../motion/rig.testing.js'
import { decodeNpy, encodeNpy, type NpyArray } from './npy.js'
import { decodeNpz, encodeNpz, readMotionNpz, readNpz, writeMotionNpz, writeNpz } from './npz.js'

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

  it('that unpacks to far more than its size is refused before it is unpacked', () => {
    const bomb = encodeNpz({ joints: { shape: [1_000_000, 25], data: new Float32Array(25_000_000) } })
    expect(bomb.length).toBeLessThan(200_000)
    const before = process.memoryUsage()
    expect(() => decodeNpz(bomb, 'a.npz')).toThrow(
      /a\.npz: wanted at most 67108864 bytes unpacked of a file of \d+ at byte \d+, got 100000128 up to 'joints\.npy'/,
    )
    expect(process.memoryUsage().rss - before.rss).toBeLessThan(20e6)
  })

  it('of many entries that are large together is refused too', () => {
    const part = { shape: [3_000_000], data: new Float32Array(3_000_000) }
    const bomb = encodeNpz(Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`part${i}`, part])))
    expect(() => decodeNpz(bomb, 'a.npz')).toThrow(/at most 67108864 bytes unpacked .* got 72000768 up to 'part5\.npy'/)
  })

  it('whose directory says less than its data unpack to is refused at what it says', () => {
    const bytes = Buffer.from(encodeNpz({ x: { shape: [10_000_000], data: new Float32Array(10_000_000) } }))
    const directory = bytes.indexOf(Buffer.from('PK\x01\x02'))
    bytes.writeUInt32LE(1000, directory + 24)
    expect(() => decodeNpz(bytes, 'a.npz')).toThrow(/a\.npz: wanted 'x\.npy' at byte \d+, got .*1000/)
  })

  it('whose entries lie on top of each other is refused', () => {
    const bytes = Buffer.from(encodeNpz({ x: array(1, 2), y: array(3, 4) }))
    const second = bytes.lastIndexOf(Buffer.from('PK\x01\x02'))
    bytes.writeUInt32LE(0, second + 42)
    expect(() => decodeNpz(bytes, 'a.npz')).toThrow(/wanted entries that do not overlap at byte 0, got 'x\.npy' and 'y\.npy'/)
  })

  it('of the larger kind is refused by its name', () => {
    const bytes = Buffer.from(encodeNpz({ x: array(1, 2) }))
    bytes.writeUInt32LE(0xffffffff, bytes.indexOf(Buffer.from('PK\x05\x06')) + 16)
    expect(() => decodeNpz(bytes, 'a.npz')).toThrow(/wanted an archive of less than 4 GiB at byte \d+, got zip64/)
  })

  it('is read back as a motion where it is one', async () => {
    const path = join(folder, 'motion.npz')
    const motion = { ...rigidMotion(3, 1), fps: 29.97 }
    await writeMotionNpz(path, motion)
    expect(await readMotionNpz(path)).toEqual({ joints: motion.joints, frames: 3, fps: 29.97 })
    const fps: NpyArray = { shape: [], data: Float64Array.of(25) }
    const joints = (shape: number[], data: NpyArray['data']): NpyArray => ({ shape, data })
    await writeNpz(path, { joints: joints([3, 50, 3], Float64Array.from(motion.joints)), fps, extra: array(1) })
    expect((await readMotionNpz(path)).joints).toEqual(motion.joints)
    for (const [arrays, message] of [
      [{ x: array(1) }, /motion\.npz: wanted the arrays 'joints' and 'fps', got 'x\.npy'/],
      [{ joints: array(1), fps }, /wanted floats 'joints' of shape \(frames, 50, 3\), got Float32Array \(1\)/],
      [{ joints: joints([1, 50, 3], new Int32Array(150)), fps }, /got Int32Array \(1, 50, 3\)/],
      [{ joints: joints([0, 50, 3], new Float32Array(0)), fps }, /wanted at least one frame, got 0/],
      [{ joints: joints([1, 50, 3], new Float32Array(150).fill(Number.NaN)), fps }, /wanted finite coordinates, got NaN in frame 0/],
      [{ joints: joints([1, 50, 3], new Float32Array(150)), fps: array(-1) }, /wanted frames per second above 0, got -1/],
    ] as const) {
      await writeNpz(path, arrays)
      await expect(readMotionNpz(path)).rejects.toThrow(message)
    }
    await expect(readMotionNpz(folder)).rejects.toThrow(/wanted a readable file, got a folder/)
  })

  it.skipIf(!existsSync('/dev/zero'))('is not looked for in a device without an end', async () => {
    await expect(readNpz('/dev/zero')).rejects.toThrow('/dev/zero: wanted a readable file, got no regular file')
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
