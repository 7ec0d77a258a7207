import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { dwposeLists, person } from '../detections.testing.js'
import { encodeItems, encodeNpy, type NpyArray } from '../npy.js'
import { encodeNpz } from '../npz.js'
import { pickleDicts } from '../pickle/write.js'
import { decodeAllPoints } from './all_points.js'
import { dwposeFrame } from './frame.js'
import { readDwposeFrames } from './frames.js'
import { dwposeJoints } from './person.js'
import { decodeDwposeVideo, readDwposeVideo } from './video.js'
import { archiveOf, payloadOf } from './video.testing.js'

const folder = await mkdtemp(join(tmpdir(), 'dwpose-video-'))
const random = new Random(3)
const [left, right] = [person(random, 200, 180, 90), person(random, 440, 180, 80)]
const picture = { width: 640, height: 360 }

describe('dwposeFrame', () => {
  const flat = (payload: Record<string, NpyArray>) => new Map<string, unknown>(Object.entries(payload))
  const usual = payloadOf([left, right], picture)

  it('takes every way of naming the same', () => {
    const { people, picture: size } = dwposeFrame(flat(usual), 'f')
    expect(size).toEqual(picture)
    for (const prefix of ['person_0', 'person_00']) {
      const renamed = new Map(
        Object.entries(usual).map(([key, value]) => [
          key.replace(/^person_00(\d)_/, prefix === 'person_0' ? 'person_$1_' : 'person_0$1_'),
          value,
        ]),
      )
      expect(dwposeFrame(renamed, 'f').people).toEqual(people)
    }
    const nested = new Map<string, unknown>([['num_persons', 2]])
    for (const k of [0, 1]) {
      const own = Object.entries(usual).filter(([key]) => key.startsWith(`person_00${k}`))
      nested.set(`person_${k}`, { shape: [], objects: [new Map(own.map(([key, value]) => [key.slice(11), value]))] })
    }
    expect(dwposeFrame(nested, 'f').people).toEqual(people)
    const lists = [left, right].map((one, k) => dwposeLists(one, k, 640, 360))
    const floats = (shape: number[], values: unknown[]) => ({ shape, data: Float32Array.from(values.flat(4) as number[]) })
    const stacked = new Map<string, unknown>([
      [
        'bodies',
        floats(
          [36, 2],
          lists.map((one) => one.body_keypoints),
        ),
      ],
      [
        'body_scores',
        floats(
          [2, 18],
          lists.map((one) => one.body_scores),
        ),
      ],
      ['hands', floats([4, 21, 2], [...lists.map((one) => one.left_hand_keypoints), ...lists.map((one) => one.right_hand_keypoints)])],
      ['hands_scores', floats([4, 21], [...lists.map((one) => one.left_hand_scores), ...lists.map((one) => one.right_hand_scores)])],
      [
        'faces',
        floats(
          [2, 68, 2],
          lists.map((one) => one.face_keypoints),
        ),
      ],
      [
        'faces_scores',
        floats(
          [2, 68],
          lists.map((one) => one.face_scores),
        ),
      ],
    ])
    expect(dwposeFrame(stacked, 'f').people).toEqual(people)
  })

  it('keeps what lies outside the picture, takes -1, -1 for no place, and body codes for there or not', () => {
    const payload = payloadOf([left], picture)
    const body = payload.person_000_body_keypoints!.data as Float32Array
    body.set([1.3, -0.2, -1, -1], 4)
    ;(payload.person_000_body_scores!.data as Float32Array).set([-1, 21], 2)
    const [one] = dwposeFrame(flat(payload), 'f').people
    expect([...one!.subarray(6, 9)]).toEqual([1.3, -0.2, 0].map(Math.fround))
    expect([...one!.subarray(9, 12)]).toEqual([0, 0, 0])
  })

  it.each<[string, Record<string, NpyArray | undefined>, RegExp]>([
    ['no number of people', { num_persons: undefined }, /^f: wanted a number of people at num_persons, got undefined/],
    [
      'a person too many',
      { num_persons: { shape: [], data: Int32Array.of(3) } },
      /wanted as many people as num_persons says, got none called person_002/,
    ],
    ['a crowd', { num_persons: { shape: [], data: Int32Array.of(4000) } }, /wanted at most 100 people, got 4000/],
    [
      'a short hand',
      { person_001_left_hand_scores: { shape: [20], data: new Float32Array(20) } },
      /floats of shape \(21\) at person_001_left_hand_scores, got Float32Array \(20\)/,
    ],
    ['whole numbers', { person_000_face_keypoints: { shape: [68, 2], data: new Int32Array(136) } }, /got Int32Array \(68, 2\)/],
    [
      'no number at all',
      { person_000_face_keypoints: { shape: [68, 2], data: new Float32Array(136).fill(Number.NaN) } },
      /wanted a fraction of the picture, got NaN at point 0 of person_000_face/,
    ],
    [
      'pixels',
      { person_000_body_keypoints: { shape: [18, 2], data: new Float32Array(36).fill(300) } },
      /wanted a fraction of the picture, got 300/,
    ],
    [
      'true body scores',
      { person_000_body_scores: { shape: [18], data: new Float32Array(18).fill(0.7) } },
      /wanted 0, 0 plus a multiple of 18, or -1 as score 0 of person_000_body, got 0\.\d+/,
    ],
    ['a picture without height', { frame_height: undefined }, /wanted pixels at frame_height, got undefined/],
  ])('names the place of %s', (_, change, message) => {
    const named = flat(usual)
    for (const [key, value] of Object.entries(change))
      if (value) named.set(key, value)
      else named.delete(key)
    expect(() => dwposeFrame(named, 'f')).toThrow(message)
  })
})

describe('decodeDwposeVideo', () => {
  const payloads = [payloadOf([left], picture), payloadOf([], picture), payloadOf([left, right], picture)]

  it('counts frames by their numbers, or by place where these are absent or doubled', () => {
    const indices = (numbers: number[] | undefined) => decodeDwposeVideo(archiveOf(payloads, { indices: numbers }), 'v')
    expect(indices([1, 3, 5]).frames.map(({ index }) => index)).toEqual([0, 2, 4])
    expect(indices([1, 3, 5]).notes).toEqual([])
    for (const numbers of [[], undefined]) expect(indices(numbers)).toMatchObject({ totalFrames: 3, notes: [] })
    const doubled = indices([1, 1, 2, 2, 3, 3])
    expect(doubled.frames.map(({ index }) => index)).toEqual([0, 1, 2])
    expect(doubled.notes).toEqual(["the file's numbers of frames do not fit its frames, which are counted instead"])
  })

  it('takes the size of the video from the file where its frames do not tell it', () => {
    const sizeless = payloads.map(({ frame_width: _, frame_height: __, ...rest }) => rest)
    expect(decodeDwposeVideo(archiveOf(sizeless, { size: { width: 320, height: 240 } }), 'v').picture).toEqual({ width: 320, height: 240 })
    expect(() => decodeDwposeVideo(archiveOf(sizeless, {}), 'v')).toThrow(
      /^v: wanted the size of the picture in frame_width and frame_height, got undefined x undefined/,
    )
  })

  it('refuses an archive without frames, frames of several sizes, and what no frame is, by its number', () => {
    expect(() => decodeDwposeVideo(encodeNpz({ x: { shape: [1], data: Float32Array.of(1) } }), 'v.npz')).toThrow(
      /^v\.npz: wanted the array 'frame_payloads', got x/,
    )
    expect(() => decodeDwposeVideo(archiveOf([], {}), 'v')).toThrow(/wanted at least one frame in 'frame_payloads\.npy', got none/)
    const other = payloadOf([left], { width: 320, height: 180 })
    expect(() => decodeDwposeVideo(archiveOf([payloads[0]!, other], {}), 'v')).toThrow(
      /wanted frames of one size, got 640 x 360 and, in frame 2, 320 x 180/,
    )
    const broken = { ...payloads[0]!, person_000_face_scores: { shape: [67], data: new Float32Array(67) } }
    expect(() => decodeDwposeVideo(archiveOf([payloads[0]!, broken], {}), 'v')).toThrow(
      /^v, frame 2: wanted floats of shape \(68\) at person_000_face_scores/,
    )
  })
})

describe('readDwposeFrames', () => {
  it('reads .npy files of one dictionary, and needs one size', async () => {
    const clip = join(folder, 'clip')
    await mkdir(clip)
    const nested = (k: number) =>
      Object.entries(payloadOf([left], picture))
        .filter(([key]) => key.startsWith('person'))
        .map(([key, value]) => [`person_${k}${key.slice(10)}`, value] as const)
    for (const n of [1, 2]) {
      const dict = { num_persons: { shape: [], data: Int32Array.of(1) }, ...Object.fromEntries(nested(0)) }
      await writeFile(join(clip, `0000000${n}.npy`), encodeItems('|O', [1], pickleDicts([dict])))
    }
    const { frames, picture: size } = await readDwposeFrames(clip, { picture, fps: 30 })
    expect(frames.map(({ index, people }) => [index, people.length])).toEqual([
      [0, 1],
      [1, 1],
    ])
    expect(size).toEqual(picture)
    await writeFile(join(clip, '00000003.npy'), encodeNpy({ shape: [1], data: Float32Array.of(1) }, 'x'))
    await expect(readDwposeFrames(clip, { picture })).rejects.toThrow(/00000003\.npy: wanted a dictionary of arrays/)
    await expect(readDwposeVideo(join(clip, '00000003.npy'))).rejects.toThrow(/wanted the end of a zip archive/)
  })
})

describe('decodeAllPoints', () => {
  const archive = (faceFirst: boolean, shift = 0): Uint8Array => {
    const frames = 4
    const [xy, scores] = [new Float32Array(frames * 256), new Float32Array(frames * 128)]
    for (let t = 0; t < frames; t++) {
      const lists = dwposeLists(right, 0, 1, 1)
      const put = (first: number, places: number[][], score: number): void => {
        for (const [i, [x, y]] of places.entries()) {
          xy.set([x!, y!], t * 256 + (first + i) * 2)
          scores[t * 128 + first + i] = score
        }
      }
      put(0, lists.body_keypoints.slice(0, 8), 0.8)
      const hands = faceFirst ? 86 : 18
      put(
        hands,
        lists.left_hand_keypoints.map(([x, y]) => [x! + shift, y!]),
        0.9,
      )
      put(
        hands + 21,
        lists.right_hand_keypoints.map(([x, y]) => [x! + shift, y!]),
        0.9,
      )
      put(
        faceFirst ? 18 : 60,
        Array.from({ length: 68 }, (_, i) => [200 + i, 100]),
        0.9,
      )
    }
    return encodeNpz({
      all_xy: { shape: [frames, 128, 2], data: xy },
      all_score: { shape: [frames, 128], data: scores },
      detected: { shape: [frames], data: Int8Array.of(1, 0, 1, 1) },
      frame_size: { shape: [2], data: Int32Array.of(360, 640) },
      fps: { shape: [], data: Float32Array.of(25) },
    })
  }

  it('finds the order of the points by where hands begin', () => {
    for (const faceFirst of [true, false]) {
      const video = decodeAllPoints(archive(faceFirst), 'c', 'c.npz')
      expect([video.fps, video.picture, video.frames.map(({ people }) => people.length)]).toEqual([25, picture, [1, 0, 1, 1]])
      const joints = dwposeJoints(video.frames[0]!.people[0]!, picture)
      for (let at = 0; at < 150; at += 3) {
        expect(joints[at]).toBeCloseTo(right[at]!, 3)
        expect(joints[at + 1]).toBeCloseTo(right[at + 1]!, 3)
      }
    }
    expect(() => decodeAllPoints(archive(true, 300), 'c', 'c.npz')).toThrow(
      /^c\.npz: wanted hands that begin at their wrists, the face before or after them, got a distance of \d+\.\d+ and/,
    )
  })
})
