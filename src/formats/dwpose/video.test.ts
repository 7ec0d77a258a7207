import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { joint } from '../../motion/skeleton.js'
import { dwposeLists, person } from '../detections.testing.js'
import { encodeItems, encodeNpy, type NpyArray } from '../npy.js'
import { decodeNpyValue, isObjectArray } from '../npy_value.js'
import { encodeNpz } from '../npz.js'
import { pickleDicts } from '../pickle/write.js'
import { readZip } from '../zip.js'
import { decodeAllPoints } from './all_points.js'
import { dwposeClip } from './clip.js'
import { dwposeFrame } from './frame.js'
import { namedArrays, readDwposeFrames } from './frames.js'
import { dwposeJoints } from './person.js'
import { DWPOSE_WIDTH, type DwposePerson, leftHandPart, rightHandPart } from './points.js'
import { decodeDwposeVideo, readDwposeVideo } from './video.js'
import { archiveOf, payloadOf } from './video.testing.js'

const shared = process.env.SIGNLLM_SHARED ?? '../shared'
const samples = join(shared, 'data/signverse')
const published = join(shared, 'data/prompt2sign_npz')
const folder = await mkdtemp(join(tmpdir(), 'dwpose-video-'))
const random = new Random(3)
const [left, right] = [person(random, 200, 180, 90), person(random, 440, 180, 80)]
const picture = { width: 640, height: 360 }
const points = (one: DwposePerson, first: number, count: number, width: 1 | 2): number[][] =>
  Array.from({ length: count }, (_, i) => [
    ...one.subarray((first + i) * DWPOSE_WIDTH + (width === 1 ? 2 : 0), (first + i) * DWPOSE_WIDTH + (width === 1 ? 3 : 2)),
  ])

describe.skipIf(!existsSync(samples))('the samples', async () => {
  interface Expected {
    readonly dtype: string
    readonly shape: number[]
    readonly data: number[] | number
  }
  interface Video {
    readonly video_id: string
    readonly fps: number
    readonly total_frames: number
    readonly num_persons_per_frame: number[]
    readonly frames: Record<
      string,
      {
        key_order: string[]
        values: Record<string, Expected>
        hands_true?: Record<'left_wrist' | 'right_wrist' | 'body_left_wrist' | 'body_right_wrist', [number, number]>[]
      }
    >
  }
  const expected = (existsSync(samples) ? JSON.parse(await readFile(join(samples, 'expected_arrays.json'), 'utf8')).videos : {}) as Record<
    string,
    Video
  >
  const bytesOf = async (id: string): Promise<Uint8Array> => {
    const loose = join(samples, 'dataset', id, 'npz/poses.npz')
    if (existsSync(loose)) return readFile(loose)
    const shard = await readFile(join(samples, 'Sign_DWPose_NPZ_000001.tar'))
    const at = shard.lastIndexOf(`${id}/npz/poses.npz`)
    return shard.subarray(at + 512, at + 512 + Number.parseInt(shard.toString('latin1', at + 124, at + 135), 8))
  }

  it.each(['SynthASL001', 'SynthDSGS02', 'SynthLIS_03'])('%s is read to the values beside it, array by array', async (id) => {
    const wanted = expected[id]!
    const bytes = await bytesOf(id)
    const entry = readZip(bytes, id).find(({ name }) => name === 'frame_payloads.npy')!
    const payloads = decodeNpyValue(entry.bytes, id)
    if (!isObjectArray(payloads)) throw new Error('no objects')
    const video = decodeDwposeVideo(bytes, id)
    expect([video.id, video.fps, video.totalFrames, video.notes]).toEqual([wanted.video_id, wanted.fps, wanted.total_frames, []])
    expect(video.frames.map(({ people }) => people.length)).toEqual(wanted.num_persons_per_frame)
    expect(video.frames.map(({ index }) => index)).toEqual(wanted.num_persons_per_frame.map((_, t) => t))
    for (const [t, { key_order, values, hands_true }] of Object.entries(wanted.frames)) {
      const frame = payloads.objects[Number(t)] as Map<string, NpyArray>
      expect([...frame.keys()]).toEqual(key_order)
      for (const [key, { shape, data }] of Object.entries(values)) {
        expect(frame.get(key)!.shape).toEqual(shape)
        expect(Array.from(frame.get(key)!.data, Number)).toEqual([data].flat(3).map(Math.fround))
      }
      const { people } = video.frames[Number(t)]!
      for (const [k, one] of people.entries()) {
        const value = (key: string) => [values[`person_00${k}_${key}`]?.data ?? []].flat(3).map(Math.fround)
        expect(points(one, 0, 18, 2).flat()).toEqual(value('body_keypoints'))
        expect(points(one, 0, 18, 1).flat()).toEqual(value('body_scores').map((score) => Number(score >= 0)))
        if (values[`person_00${k}_face_keypoints`]) expect(points(one, 60, 68, 2).flat()).toEqual(value('face_keypoints'))
        const hands = hands_true?.[k]
        if (hands) {
          for (const [part, side] of [
            [leftHandPart, 'left'],
            [rightHandPart, 'right'],
          ] as const) {
            expect(points(one, part.first, 1, 2).flat()).toEqual(hands[`${side}_wrist`].map(Math.fround))
            const wrist = side === 'left' ? joint.leftWrist : joint.rightWrist
            expect(points(one, wrist, 1, 2).flat()).toEqual(hands[`body_${side}_wrist`].map(Math.fround))
          }
        } else expect(points(one, 18, 21, 2).flat()).toEqual(value('left_hand_keypoints'))
      }
    }
  })

  it('keep one signer through two people whose order changes, drop a hand that is on no arm, and tell so', async () => {
    const { frames, picture: size, fps, handsRepaired } = decodeDwposeVideo(await bytesOf('SynthDSGS02'), 'v')
    const { clip, detection } = dwposeClip(frames, size, 'v', fps, 'v')
    expect([clip.frames, detection.several, handsRepaired, size]).toEqual([66, 20, 20, { width: 360, height: 640 }])
    // The other person's neck is 133 pixels away; where that person comes, the signer steps aside by 43.
    for (let t = 1; t < clip.frames; t++) {
      const at = (frame: number) => clip.keypoints[frame * 150 + joint.neck * 3]!
      expect(Math.abs(at(t) - at(t - 1))).toBeLessThan(60)
    }
    // In frames 50 to 57 the left hand is a false alarm of low scores.
    for (let t = 50; t < 58; t++) expect(clip.keypoints[t * 150 + joint.leftHand * 3 + 2]).toBe(0)
    expect(clip.keypoints[10 * 150 + joint.leftHand * 3 + 2]).toBeGreaterThan(0.3)
  })

  it('a frame a file are the same frames', async () => {
    const whole = decodeDwposeVideo(await bytesOf('SynthDSGS02'), 'v')
    const some = await readDwposeFrames(join(samples, 'per_frame/SynthDSGS02/npz'), { name: 'SynthDSGS02' })
    expect(some.frames.map(({ index }) => index)).toEqual([0, 21, 22, 52])
    expect(some.picture).toEqual(whole.picture)
    for (const { index, people } of some.frames) expect(people).toEqual(whole.frames[index]!.people)
    const nobody = await readDwposeFrames(join(samples, 'per_frame/SynthASL001/npz'))
    expect(nobody.frames).toEqual([{ index: 30, people: [] }])
  })
})

describe.skipIf(!existsSync(published))('frames of the tool of 2025', () => {
  it('are the same in .npz as in JSON', async () => {
    const { frames } = await readDwposeFrames(join(published, 'human_signer'), { picture })
    expect(frames.map(({ index, people }) => [index, people.length])).toEqual([0, 1, 29, 59, 99, 134].map((index) => [index, 1]))
    const json = JSON.parse(await readFile(join(shared, 'data/prompt2sign/dwpose_human_signer/00000030.json'), 'utf8')).person_0
    const one = frames[2]!.people[0]!
    expect(points(one, 0, 18, 2).flat()).toEqual(json.body_keypoints.flat().map(Math.fround))
    expect(points(one, 39, 21, 2).flat()).toEqual(json.right_hand_keypoints.flat().map(Math.fround))
    expect(points(one, 60, 68, 1).flat()).toEqual(json.face_scores.map(Math.fround))
    await expect(readDwposeFrames(join(published, 'human_signer'))).rejects.toThrow(/human_signer: wanted the size of the video, got none/)
  })

  it('have the hands of two people given back', async () => {
    const bytes = await readFile(join(published, 'human_mutiperson/00000001.npz'))
    const { people, handsRepaired } = dwposeFrame(namedArrays(bytes, 'f.npz'), 'f.npz')
    expect([people.length, handsRepaired]).toEqual([2, true])
    for (const one of people) {
      const joints = dwposeJoints(one, picture)
      for (const [hand, wrist] of [
        [joint.leftHand, joint.leftWrist],
        [joint.rightHand, joint.rightWrist],
      ] as const)
        if (joints[hand * 3 + 2]! > 0 && joints[wrist * 3 + 2]! > 0)
          expect(Math.hypot(joints[hand * 3]! - joints[wrist * 3]!, joints[hand * 3 + 1]! - joints[wrist * 3 + 1]!)).toBeLessThan(10)
    }
    const stored = dwposeFrame(namedArrays(bytes, 'f.npz'), 'f.npz', { hands: 'stored' })
    expect(stored.people[0]).not.toEqual(people[0])
  })
})

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
