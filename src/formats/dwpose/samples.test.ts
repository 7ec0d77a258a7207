// The samples of SignVerse-2M's format and of Prompt2Sign's tool, read to the values beside them.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { joint } from '../../motion/skeleton.js'
import type { NpyArray } from '../npy.js'
import { decodeNpyValue, isObjectArray } from '../npy_value.js'
import { readZip } from '../zip.js'
import { dwposeClip } from './clip.js'
import { dwposeFrame } from './frame.js'
import { namedArrays, readDwposeFrames } from './frames.js'
import { dwposeJoints } from './person.js'
import { DWPOSE_WIDTH, type DwposePerson, leftHandPart, rightHandPart } from './points.js'
import { decodeDwposeVideo } from './video.js'

const shared = process.env.SIGNLLM_SHARED ?? '../shared'
const samples = join(shared, 'data/signverse')
const published = join(shared, 'data/prompt2sign_npz')
const picture = { width: 640, height: 360 }
const points = (one: DwposePerson, first: number, count: number, width: 1 | 2): number[][] =>
  Array.from({ length: count }, (_, i) => [
    ...one.subarray((first + i) * DWPOSE_WIDTH + (width === 1 ? 2 : 0), (first + i) * DWPOSE_WIDTH + (width === 1 ? 3 : 2)),
  ])

/** The 384 numbers that SignVerse-2M's trainer makes of the first person: the square in the middle of the picture, everything beyond it 0. */
function trainerVector(person: DwposePerson | undefined, { width, height }: { width: number; height: number }): number[] {
  if (!person) return Array.from({ length: 384 }, () => 0)
  const side = Math.min(width, height)
  const [left, top] = [(width - side) / 2, (height - side) / 2]
  const point = (i: number): { xy: number[]; score: number } => {
    const [x, y, score] = person.subarray(i * DWPOSE_WIDTH, (i + 1) * DWPOSE_WIDTH) as unknown as [number, number, number]
    const [u, v] = [(x * width - left) / side, (y * height - top) / side]
    const isInside = x * width > 1e-6 && y * height > 1e-6 && u >= 0 && u <= 1 && v >= 0 && v <= 1
    const code = i < 18 ? (score > 0 ? i : -1) : score
    return isInside ? { xy: [u, v], score: code } : { xy: [0, 0], score: 0 }
  }
  const part = (first: number, count: number) => Array.from({ length: count }, (_, i) => point(first + i))
  const places = (points: ReturnType<typeof part>) => points.flatMap(({ xy }) => xy)
  const scores = (points: ReturnType<typeof part>) => points.map(({ score }) => score)
  const [body, left21, right21, face] = [part(0, 18), part(18, 21), part(39, 21), part(60, 68)]
  const hands = [...places(left21), ...places(right21), ...scores(left21), ...scores(right21)]
  return [...places(body), ...scores(body), ...hands, ...places(face), ...scores(face)]
}

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
        vector384_person0_center_square?: number[]
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

  it('hold what the vectors of their trainer are made of', async () => {
    for (const [id, { frames }] of Object.entries(expected)) {
      const video = decodeDwposeVideo(await bytesOf(id), id, { hands: 'stored' })
      for (const [t, { vector384_person0_center_square: wanted }] of Object.entries(frames)) {
        const vector = trainerVector(video.frames[Number(t)]!.people[0], video.picture)
        for (const [i, value] of (wanted ?? []).entries()) expect(Math.abs(vector[i]! - value)).toBeLessThan(1e-6)
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
