import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { JOINTS } from '../motion/skeleton.js'
import { openPoseJson, person } from './detections.testing.js'
import { parseOpenPoseFrame, readOpenPoseClip } from './openpose.js'

const published = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/prompt2sign/openpose')
const folder = await mkdtemp(join(tmpdir(), 'openpose-'))
const signer = person(new Random(1), 640, 350, 200)
const bytes = (text: string): Uint8Array => Buffer.from(text)
/** The signer's file with something replaced. */
const edited = (edit: (frame: ReturnType<typeof JSON.parse>) => void): Uint8Array => {
  const frame = JSON.parse(openPoseJson([signer]))
  edit(frame)
  return bytes(JSON.stringify(frame))
}

async function clipFolder(name: string, frames: Record<string, readonly Float32Array[]>): Promise<string> {
  await mkdir(join(folder, name), { recursive: true })
  for (const [number, people] of Object.entries(frames))
    await writeFile(join(folder, name, `clip_a_${number}_keypoints.json`), openPoseJson(people))
  return join(folder, name)
}

describe('parseOpenPoseFrame', () => {
  it('takes the body, the left hand, the right hand', () => {
    expect(parseOpenPoseFrame(bytes(openPoseJson([signer, signer])), 'x')).toEqual([signer, signer])
  })

  it('takes a point without confidence for one that is not there, and lets confidences overshoot', () => {
    const [out] = parseOpenPoseFrame(
      edited(({ people: [one] }) => {
        one.pose_keypoints_2d.splice(0, 6, 5, 6, -0.01, 7, 8, 1.05)
        one.face_keypoints_2d = []
      }),
      'x',
    )
    expect([...out!.subarray(0, 6)]).toEqual([0, 0, 0, 7, 8, Math.fround(1.05)])
  })

  const broken: [string, Uint8Array, RegExp][] = [
    ['no JSON', bytes('{"version":1.3,"people":[}'), /wanted JSON, got '}' at character 25/],
    ['a file cut short', bytes('{"version":1.3,"peo'), /wanted JSON, got '"peo' at character 15/],
    ['a literal of no JSON', bytes('{"version":1.3,"people":[{"pose_keypoints_2d":[NaN]}]}'), /got 'NaN\]}\]}' at character 47/],
    ['two values', bytes('{} {}'), /got '{}' at character 3/],
    ['no text', Uint8Array.of(0x7b, 0xff), /wanted text in UTF-8, got the byte 0xff after '{'/],
    ['an old version', edited((frame) => (frame.version = 1.1)), /wanted version 1.2 or 1.3 at version, got 1.1/],
    ['no people', edited((frame) => delete frame.people), /wanted an array at people, got undefined/],
    ['a person who is none', edited(({ people }) => people.push(7)), /wanted an object at people\[1\], got 7/],
    [
      'another body model',
      edited(({ people: [one] }) => (one.pose_keypoints_2d.length = 54)),
      /wanted an array of 75 at people\[0\]\.pose_keypoints_2d, got an array of 54\. .*BODY_25/,
    ],
    ['no hands', edited(({ people: [one] }) => (one.hand_left_keypoints_2d = [])), /of 63 at people\[0\]\.hand_left_keypoints_2d.*--hand/],
    ['a short face', edited(({ people: [one] }) => one.face_keypoints_2d.pop()), /of 210 or 0 at people\[0\]\.face_keypoints_2d/],
    [
      'a word',
      edited(({ people: [one] }) => (one.pose_keypoints_2d[74] = 'a')),
      /finite number at people\[0\]\.pose_keypoints_2d\[74\], got 'a'/,
    ],
    [
      'an infinity',
      bytes(openPoseJson([signer]).replace('600', '1e999')),
      /finite number at people\[0\]\.face_keypoints_2d\[0\], got Infinity/,
    ],
    [
      'a confidence of 40',
      edited(({ people: [one] }) => (one.hand_right_keypoints_2d[5] = 40)),
      /confidence of -0.1 to 1.5, got 40 in people\[0\]\.hand_right_keypoints_2d\[3…5\]/,
    ],
    ['a place beyond any picture', edited(({ people: [one] }) => (one.pose_keypoints_2d[1] = 1e7)), /coordinate in pixels, got 10000000/],
  ]
  for (const [what, data, message] of broken) {
    it(`names the place of ${what}`, () =>
      expect(() => parseOpenPoseFrame(data, 'f.json')).toThrow(new RegExp(`^f\\.json(:1)?: .*${message.source}`)))
  }
})

describe('readOpenPoseClip', () => {
  it('keeps the time of frames around those without people or file', async () => {
    const path = await clipFolder('gaps', {
      '000000000003': [signer],
      '000000000004': [],
      '000000000005': [new Float32Array(150)],
      7: [signer],
    })
    await writeFile(join(path, 'notes.txt'), '')
    const { clip, detection } = await readOpenPoseClip(path, { fps: 30 })
    expect([clip.name, clip.frames, clip.fps, [...clip.frameIndex]]).toEqual(['gaps', 2, 30, [3, 7]])
    expect(clip.keypoints).toEqual(Float32Array.from([...signer, ...signer]))
    expect(detection).toMatchObject({ files: 4, empty: 2, absent: 1, several: 0 })
    expect(detection.notes).toEqual(['nobody seen in 2 of 4 frames', '1 frame numbers without a file'])
  })

  it('keeps a frame whose nose is not seen', async () => {
    const noseless = signer.slice().fill(0, 0, 3)
    const { clip } = await readOpenPoseClip(await clipFolder('noseless', { 0: [signer], 1: [noseless], 2: [signer] }))
    expect(clip.frames).toBe(3)
  })

  it('follows the larger person wherever the file lists them, and says so', async () => {
    const random = new Random(2)
    const frames = Object.fromEntries(
      Array.from({ length: 12 }, (_, t) => {
        const [near, far] = [person(random, 500, 350, 200), person(random, 1000, 300, 120)]
        return [t, t % 3 === 0 ? [near, far] : [far, near]]
      }),
    )
    const { clip, detection } = await readOpenPoseClip(await clipFolder('two', frames))
    for (let t = 0; t < 12; t++) expect(Math.abs(clip.keypoints[t * JOINTS * 3 + 3]! - 500)).toBeLessThan(20)
    expect(detection).toMatchObject({ several: 12, notFirst: 8 })
    expect(detection.notes).toEqual(['several people in 12 frames: chosen by size and continuity, in 8 of them not the first'])
  })

  it('stays with the signer while somebody larger passes in front, also at the very beginning', async () => {
    const random = new Random(3)
    const frames = Object.fromEntries(
      Array.from({ length: 20 }, (_, t) => {
        const passing = t < 3 || (t > 9 && t < 13)
        return [t, [...(passing ? [person(random, 1100, 350, 320)] : []), person(random, 500, 350, 200)]]
      }),
    )
    const { clip } = await readOpenPoseClip(await clipFolder('passing', frames))
    for (let t = 0; t < 20; t++) expect(Math.abs(clip.keypoints[t * JOINTS * 3 + 3]! - 500)).toBeLessThan(20)
  })

  it('names the folder for clips that are mixed, empty, absent or of nobody', async () => {
    const mixed = await clipFolder('mixed', { 0: [signer] })
    await writeFile(join(mixed, 'other_1_keypoints.json'), openPoseJson([signer]))
    await expect(readOpenPoseClip(mixed)).rejects.toThrow(/mixed: wanted the frames of one clip, .*'clip_a_0_.*' and 'other_1_/)
    const twice = await clipFolder('twice', { '1': [signer], '01': [signer] })
    await expect(readOpenPoseClip(twice)).rejects.toThrow(/each number once/)
    const far = await clipFolder('far', { '99999999999': [signer] })
    await expect(readOpenPoseClip(far)).rejects.toThrow(/wanted a frame number up to 2147483646, got 99999999999/)
    await mkdir(join(folder, 'empty'))
    await expect(readOpenPoseClip(join(folder, 'empty'))).rejects.toThrow(
      /empty: wanted files named <stem>_<digits>_keypoints.json, got none/,
    )
    await expect(readOpenPoseClip(join(folder, 'none'))).rejects.toThrow(/none: wanted to read it/)
    await expect(readOpenPoseClip(await clipFolder('nobody', { 0: [], 1: [] }))).rejects.toThrow(/nobody: wanted a person .* got none in 2/)
  })
})

describe.skipIf(!existsSync(published))('the published clips', () => {
  it.each([
    ['_2FBDaOPYig_3-3-rgb_front', 109],
    ['_2FBDaOPYig_4-3-rgb_front', 62],
  ])('%s is read whole', async (name, frames) => {
    const { clip, detection } = await readOpenPoseClip(join(published, name))
    expect(clip).toMatchObject({ name, frames })
    expect(detection).toMatchObject({ files: frames, empty: 0, absent: 0, several: 0 })
  })
})
