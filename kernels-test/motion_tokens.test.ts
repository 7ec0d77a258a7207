// Motion tokens of the trial learning:tokens: bone vectors, windows, codebooks and strings, each there and back.

import { describe, expect, it } from 'vitest'
import { boneVectors, carriedJoints, jointsOf, withLengths } from '../bench/learning/tokens_bones.js'
import { type BookOptions, decode, encode, learnBook, streams, type TokenBook } from '../bench/learning/tokens_book.js'
import { kMeans, nearest } from '../bench/learning/tokens_k_means.js'
import { readTokens, writeTokens } from '../bench/learning/tokens_strings.js'
import { cutWindows, joinWindows } from '../bench/learning/tokens_windows.js'
import { Random } from '../src/base/random.js'
import { boneSpread } from '../src/metrics/bone_spread.js'
import type { Frames } from '../src/metrics/dtw.js'
import { handDtw } from '../src/metrics/hand_dtw.js'
import { mean } from '../src/metrics/motion.js'
import { measureBones } from '../src/model/group_bones.js'
import type { Motion } from '../src/motion/clip.js'
import { bones, COORDS, JOINTS, joint } from '../src/motion/skeleton.js'

const spreadOf = (motions: readonly Frames[]) => mean(motions.map((motion) => boneSpread(motion).mean))

/** A motion with the neck at 0 in which every joint wanders, the left hand excepted. */
function wandering(frames: number, seed: number): Motion {
  const random = Random.for(seed, 'wandering')
  const joints = new Float32Array(frames * COORDS)
  for (let t = 0; t < frames; t++)
    for (let j = 0; j < JOINTS; j++)
      for (let k = 0; k < 3; k++) {
        const still = (j + 1) * 0.05 * (k + 1)
        const isIdle = j >= joint.leftElbow && j < joint.rightHand
        joints[t * COORDS + j * 3 + k] = j === joint.neck ? 0 : isIdle ? still : still + 0.03 * random.normal()
      }
  return { joints, frames, fps: 25 }
}

const close = (got: Float32Array, wanted: Float32Array, digits = 5) => {
  expect(got.length).toBe(wanted.length)
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i]!, digits)
}

describe('bone vectors', () => {
  it('are joints again, with the neck at 0', () => {
    const motion = wandering(3, 1)
    close(jointsOf(boneVectors(motion)), motion.joints)
  })

  it('take given lengths and keep their directions; one of no length stays 0', () => {
    const lengths = Float32Array.from(bones, (_, bone) => 1 + bone)
    const vectors = boneVectors(wandering(2, 2))
    vectors.fill(0, 9, 12)
    const out = withLengths(vectors, lengths)
    expect([...out.subarray(9, 12)]).toEqual([0, 0, 0])
    const cross = out[3]! * vectors[4]! - out[4]! * vectors[3]!
    expect(cross).toBeCloseTo(0, 5)
    expect(out[3]! * vectors[3]!).toBeGreaterThan(0)
    const second = 49 * 3 + 48 * 3
    expect(Math.hypot(out[second]!, out[second + 1]!, out[second + 2]!)).toBeCloseTo(49, 3)
  })

  it('carry what hangs on them: an arm its hand, the nose nothing', () => {
    const carried = (child: number) => carriedJoints[bones.findIndex((bone) => bone.child === child)]
    expect([joint.rightShoulder, joint.rightElbow, joint.rightWrist, joint.rightHand, joint.rightHand + 4].map(carried)).toEqual([
      24, 23, 22, 21, 1,
    ])
    expect(carriedJoints[0]).toBe(1)
  })

  it('have the middle length of the clips', () => {
    const clips = [1, 2, 6].map((scale) => {
      const { joints, ...motion } = wandering(1, 3)
      return { ...motion, joints: joints.map((value) => value * scale) }
    })
    const [one, typical] = [measureBones(clips.slice(0, 1)).lengths, measureBones(clips).lengths]
    expect(typical[5]! / one[5]!).toBeCloseTo(2, 5)
  })
})

describe('windows', () => {
  it.each([1, 2, 4])('of %i frames are the series again, which stands still beyond its end', (window) => {
    const series = Float32Array.from({ length: 7 * 2 }, (_, i) => Math.sin(i))
    const out = joinWindows(cutWindows(series, 2, window), 2, window)
    const count = Math.ceil(7 / window) * window
    const wanted = Float32Array.from({ length: count * 2 }, (_, i) => series[Math.min(6, i >> 1) * 2 + (i % 2)]!)
    close(out, wanted, 6)
  })

  it('are faded into one another, a third each way', () => {
    const windows = new Float32Array(12).fill(0, 0, 6).fill(3, 6, 12)
    expect([...joinWindows(windows, 1, 4)]).toEqual([0, 0, 0, 1, 2, 3, 3, 3])
  })
})

describe('k-means', () => {
  const random = () => Random.for(5, 'k-means')

  it('finds clusters, the same ones each time', () => {
    const values = Float32Array.from([0, 0, 0.1, 0, 10, 10, 10.1, 10, -10, 10, -10, 10.1])
    const vectors = { values, width: 2 }
    const centres = kMeans(vectors, 3, random())
    const own = nearest(vectors, centres)
    expect([own[0] === own[1], own[2] === own[3], own[4] === own[5], new Set(own).size]).toEqual([true, true, true, 3])
    close(centres.values.subarray(own[0]! * 2, own[0]! * 2 + 2), Float32Array.of(0.05, 0))
    expect(kMeans(vectors, 3, random())).toEqual(centres)
  })

  it('has no more centres than there are vectors that differ', () => {
    expect(kMeans({ values: Float32Array.of(1, 2, 1, 2, 3, 4), width: 2 }, 5, random()).values.length).toBe(4)
    expect(kMeans({ values: new Float32Array(8).fill(1), width: 2 }, 5, random()).values.length).toBe(2)
  })
})

describe('a book of motion tokens', () => {
  const clips = [wandering(8, 6), wandering(12, 7)]
  const learn = (more: Partial<BookOptions> = {}) => learnBook(clips, { window: 4, codes: 8, bones: 'free', seed: 9, ...more })

  it('with a code for every window gives the motion back, and of the idle hand has one', () => {
    const book = learn()
    expect(book.codes.map(({ values, width }) => values.length / width)).toEqual([5, 1, 5])
    for (const clip of clips) close(decode(book, encode(book, clip), 25).joints, clip.joints)
  })

  it('holds constant bones where it is told to', () => {
    const book = learn({ bones: 'constant' })
    const motions = clips.map((clip) => decode(book, encode(book, clip), 25))
    expect(spreadOf(clips)).toBeGreaterThan(0.01)
    expect(spreadOf(motions)).toBeLessThan(1e-5)
  })

  it('loses more with fewer codes', () => {
    const lost = (codes: number) => {
      const book = learn({ codes })
      return mean(clips.map((clip) => handDtw(clip, decode(book, encode(book, clip), 25))))
    }
    expect(lost(2)).toBeGreaterThan(lost(4))
    expect(lost(4)).toBeGreaterThan(0.01)
  })

  it('knows of a hand what is in it, not where it is', () => {
    const book = learn()
    const moved = { ...clips[0]!, joints: clips[0]!.joints.slice() }
    for (let t = 0; t < moved.frames; t++) for (let j = joint.rightHand; j < JOINTS; j++) moved.joints[t * COORDS + j * 3]! += 0.5
    for (let t = 0; t < moved.frames; t++) moved.joints[t * COORDS + joint.rightWrist * 3]! += 0.5
    expect(encode(book, moved)[2]).toEqual(encode(book, clips[0]!)[2])
    expect(handDtw(clips[0]!, moved)).toBeCloseTo(0, 4)
  })
})

describe('strings of motion tokens', () => {
  const book: TokenBook = {
    window: 4,
    lengths: undefined,
    codes: [3, 1, 4].map((count) => ({ values: new Float32Array(count), width: 1 })),
  }
  const codes = [Uint32Array.of(2, 0), Uint32Array.of(0, 0), Uint32Array.of(3, 3)]

  it('name the codes of what moves, a window after the other, and are read with or without their language', () => {
    expect(streams.map(({ mark }) => mark)).toEqual(['B', 'L', 'R'])
    expect(writeTokens(book, codes)).toBe('B2 R3 B0 R3')
    expect(readTokens(book, ['<ASL_B2>', '<ASL_R3>', 'B0', 'R3'])).toEqual({ codes, incomplete: 0 })
  })

  it('go on as they were where a token is missing, and pass over what is none', () => {
    const read = readTokens(book, ['R1', 'B2', '<unk>', 'B9', 'R3', 'B0'])
    expect(read.codes.map((one) => [...one])).toEqual([
      [2, 2, 0],
      [0, 0, 0],
      [1, 3, 3],
    ])
    expect(read.incomplete).toBe(2)
    expect(readTokens(book, [])).toEqual({ codes: [0, 0, 0].map((code) => Uint32Array.of(code)), incomplete: 1 })
  })
})
