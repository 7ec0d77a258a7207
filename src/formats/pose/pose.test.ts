import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignError } from '../../base/errors.js'
import { Random } from '../../base/random.js'
import type { Motion } from '../../motion/clip.js'
import { COORDS } from '../../motion/skeleton.js'
import { decodePose, type PoseFile, readPose } from './pose.js'
import { encodePose, poseOfMotion, writePose } from './write.js'

const shared = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data')
const folder = await mkdtemp(join(tmpdir(), 'pose-'))

function motion(frames: number): Motion {
  const random = new Random(1)
  return { joints: Float32Array.from({ length: frames * COORDS }, () => random.normal()), frames, fps: 29.97 }
}

/** A header of one component `B` with points `p q` and no limbs, then the given body. */
function bytesOf(version: number, format: string, body: (number | 'f32' | 'u32')[]): Uint8Array {
  const out: number[] = []
  const u16 = (...values: number[]): void => {
    for (const value of values) out.push(value & 255, value >> 8)
  }
  const text = (value: string): void => {
    u16(value.length)
    out.push(...Buffer.from(value))
  }
  out.push(...new Uint8Array(Float32Array.of(version).buffer))
  u16(640, 480, 0, 1)
  text('B')
  text(format)
  u16(2, 0, 0)
  text('p')
  text('q')
  for (let i = 0; i < body.length; i++) {
    const kind = body[i]!
    if (kind === 'f32') out.push(...new Uint8Array(Float32Array.of(body[++i] as number).buffer))
    else if (kind === 'u32') out.push(...new Uint8Array(Uint32Array.of(body[++i] as number).buffer))
    else u16(kind)
  }
  return Uint8Array.from(out)
}

const f32s = (...values: number[]): (number | 'f32')[] => values.flatMap((value) => ['f32' as const, value])

describe('decodePose', () => {
  it('reads version 0.1: frame rate and frames in 16 bits', () => {
    const pose = decodePose(bytesOf(0.1, 'XYC', [24, 1, 1, ...f32s(1, 2, 3, 4, 0.5, 0)]), 'x.pose')
    expect(pose).toMatchObject({ version: 0.1, width: 640, height: 480, fps: 24, frames: 1, people: 1, points: 2, dims: 2 })
    expect([[...pose.data], [...pose.confidence]]).toEqual([
      [1, 2, 3, 4],
      [0.5, 0],
    ])
  })

  it('reads version 0.2: a broken frame rate, frames in 32 bits', () => {
    const pose = decodePose(bytesOf(0.2, 'XYZC', ['f32', 12.5, 'u32', 1, 1, ...f32s(1, 2, 3, 4, 5, 6, 1, 1)]), 'x.pose')
    expect(pose).toMatchObject({ version: 0.2, fps: 12.5, frames: 1, dims: 3 })
    expect([...pose.data]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('reads version 0: people frame by frame, coordinates and confidence together', () => {
    const person = (...values: number[]): (number | 'f32')[] => [7, ...f32s(...values)]
    const pose = decodePose(bytesOf(0, 'XYC', [24, 2, 0, 1, ...person(1, 2, 0.5, 3, 4, 0.25)]), 'x.pose')
    expect(pose).toMatchObject({ version: 0, frames: 2, people: 1 })
    expect([[...pose.data], [...pose.confidence]]).toEqual([
      [0, 0, 0, 0, 1, 2, 3, 4],
      [0, 0, 0.5, 0.25],
    ])
  })

  it('passes over coordinates beyond z', () => {
    const planes = decodePose(bytesOf(0.1, 'XYZKC', [30, 1, 1, ...f32s(1, 2, 3, 90, 4, 5, 6, 91, 0.5, 1)]), 'x.pose')
    expect(planes).toMatchObject({ dims: 3, components: [{ format: 'XYZC' }] })
    const people = decodePose(bytesOf(0, 'XYZKC', [30, 1, 1, 7, ...f32s(1, 2, 3, 90, 0.5, 4, 5, 6, 91, 1)]), 'x.pose')
    for (const { data, confidence } of [planes, people]) {
      expect([...data]).toEqual([1, 2, 3, 4, 5, 6])
      expect([...confidence]).toEqual([0.5, 1])
    }
    expect(encodePose(planes).length).toBeGreaterThan(0)
    const flat = decodePose(bytesOf(0.2, 'XYKC', ['f32', 25, 'u32', 1, 1, ...f32s(1, 2, 90, 4, 5, 91, 1, 1)]), 'x.pose')
    expect([flat.dims, [...flat.data]]).toEqual([2, [1, 2, 4, 5]])
  })

  it.each([0, 4, 0xffff])('counts the frames of a version 0.1 longer than 16 bits by its size, where the header says %i', (counted) => {
    const frames = 0x10000 + 4
    const head = bytesOf(0.1, 'XYC', [24, counted, 1])
    const bytes = new Uint8Array(head.length + frames * 2 * 3 * 4)
    bytes.set(head)
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, 0.5, true)
    const pose = decodePose(bytes, 'x.pose')
    expect(pose).toMatchObject({ frames, people: 1, fps: 24 })
    expect(pose.confidence.at(-1)).toBe(0.5)
    expect(() => decodePose(bytes.subarray(0, bytes.length - 3), 'x.pose')).toThrow(/x\.pose: wanted /)
  })

  it('refuses a file of version 0 that would grow in memory far beyond its size', () => {
    const points = 60_000
    const names = Array.from({ length: points }, () => [0, 0]).flat()
    const header = bytesOf(0, 'XYC', []).slice(0, 26)
    new DataView(header.buffer).setUint16(20, points, true)
    const body = new Uint8Array(2 + 2 + 4 * 3 * points)
    body[0] = 1
    // Twenty-five frames per second, 4,000 frames, one of them with somebody in it.
    const frames = new Uint8Array(Uint16Array.of(25, 4000, ...new Array(3999).fill(0)).buffer)
    const bytes = Uint8Array.from([...header, ...names, ...frames, ...body])
    expect(() => decodePose(bytes, 'x.pose')).toThrow(
      /x\.pose: wanted about as many people in every frame before byte \d+, got 1 in 4000 frames/,
    )
  })

  it('names the byte at which a file is cut short', () => {
    const whole = bytesOf(0.1, 'XYC', [24, 1, 1, ...f32s(1, 2, 3, 4, 0.5, 0)])
    expect(() => decodePose(whole.subarray(0, whole.length - 1), 'x.pose')).toThrow(
      `x.pose: wanted 8 bytes for the confidences of 1 x 2 points in 1 frames at byte ${whole.length - 8}, got 7.`,
    )
    expect(() => decodePose(new Uint8Array(0), 'x.pose')).toThrow('wanted 4 bytes for the version at byte 0, got 0')
  })

  const wrong: [string, Uint8Array, RegExp][] = [
    ['an unknown version', bytesOf(0.3, 'XYC', []), /wanted version 0, 0.1 or 0.2/],
    ['an unknown format', bytesOf(0.1, 'XC', []), /wanted a format such as XYC or XYZC of 'B'/],
    ['no frames', bytesOf(0.1, 'XYC', [24, 0, 1]), /at least one frame/],
    ['no people', bytesOf(0.1, 'XYC', [24, 1, 0]), /at least one person/],
    ['a frame rate of 0', bytesOf(0.1, 'XYC', [0, 1, 1]), /wanted a frame rate/],
    [
      'more bytes than it tells of',
      bytesOf(0.1, 'XYC', [24, 1, 1, ...f32s(1, 2, 3, 4, 0.5, 0), 1]),
      /wanted the end of the file .* got 2 bytes more/,
    ],
    [
      'four thousand million frames',
      bytesOf(0.2, 'XYC', ['f32', 25, 'u32', 0xffffffff, 1]),
      /wanted 68719476720 bytes for the coordinates/,
    ],
  ]
  for (const [what, bytes, message] of wrong) {
    it(`refuses ${what}`, () => expect(() => decodePose(bytes, 'x.pose')).toThrow(message))
  }
})

describe('writing', () => {
  it('is read back as it was', async () => {
    const pose = poseOfMotion(motion(5))
    const path = join(folder, 'a.pose')
    await writePose(path, pose)
    expect(await readPose(path)).toEqual({ ...pose, fps: Math.fround(29.97) })
  })

  it('draws 7 bones of the body and 20 of each hand', () => {
    expect(poseOfMotion(motion(1)).components.map((c) => [c.points.length, c.limbs.length])).toEqual([
      [8, 7],
      [21, 20],
      [21, 20],
    ])
  })

  it('refuses a pose whose arrays do not fit its header', () => {
    expect(() => encodePose({ ...poseOfMotion(motion(2)), frames: 3 })).toThrow(/wanted 3 x 1 x 50 points of 3 numbers, got 300 numbers/)
  })
})

describe('any bytes', () => {
  const consistent = (pose: PoseFile): boolean => pose.data.length === pose.frames * pose.people * pose.points * pose.dims
  const survives = (bytes: Uint8Array): boolean => {
    try {
      return consistent(decodePose(bytes, 'fuzz'))
    } catch (error) {
      if (error instanceof SignError && error.code === 'ERR_DATA') return true
      throw error
    }
  }
  const samples = [encodePose(poseOfMotion(motion(2))), bytesOf(0, 'XYC', [24, 2, 0, 1, 7, ...f32s(1, 2, 0.5, 3, 4, 0.25)])]
  const sample = fc.constantFrom(...samples)

  it('of a file cut or changed are a file or an error of ours', () => {
    const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(sample, fc.array(edit, { maxLength: 6 }), fc.double({ min: 0, max: 1, noNaN: true }), (bytes, edits, keep) => {
        const changed = Uint8Array.from(bytes)
        // Most of a file is coordinates: squaring the position aims at the header.
        for (const [where, value] of edits) changed[Math.floor(where ** 2 * (changed.length - 1))] = value
        return survives(keep < 0.5 ? changed : changed.subarray(0, Math.floor(keep * changed.length)))
      }),
      { numRuns: 400, seed: 1 },
    )
  })

  it('of no file at all are an error of ours', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survives), { numRuns: 300, seed: 2 })
  })
})

describe.skipIf(!existsSync(shared))('published .pose files', () => {
  it('are all read, of versions 0, 0.1 and 0.2', async () => {
    const paths = (await readdir(shared, { recursive: true })).filter((name) => name.endsWith('.pose'))
    const counts: Record<string, number> = {}
    for (const path of paths) {
      const { version, points } = decodePose(await readFile(join(shared, path)), path)
      counts[`${version} ${points}`] = (counts[`${version} ${points}`] ?? 0) + 1
    }
    expect(counts).toEqual({ '0 137': 1, '0.1 137': 1, '0.1 178': 5, '0.1 21': 1, '0.2 178': 32, '0.2 586': 242 })
  })

  it('have the first coordinates that an independent reader finds', async () => {
    const pose = await readPose(join(shared, 'fingerspelling-lexicon/ase/fs-stse28e9ac023b0e29ca0a3acc12dc46540.pose'))
    expect(pose).toMatchObject({ width: 500, height: 500, fps: 25, frames: 21, people: 1, dims: 3 })
    expect(pose.data[0]).toBeCloseTo(246.284, 3)
    expect(pose.data[2]).toBeCloseTo(248.959, 3)
    expect(pose.confidence[0]).toBeCloseTo(0.9978957, 6)
  })
})
