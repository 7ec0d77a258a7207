// Damaged files, reader by reader: each must give a consistent clip that is the file's own, or an error of ours that names the file and the place.
// The full measure of 10,000 files a reader takes minutes: SIGNLLM_FUZZ=10000 npx vitest run --config kernels-test/vitest.config.ts src/data/readers_fuzz.test.ts

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { parseCaptions } from '../formats/captions/json.js'
import { dwposeJson, dwposeLine, keypointClip, openPoseJson, person } from '../formats/detections.testing.js'
import { decodeAllPoints } from '../formats/dwpose/all_points.js'
import { dwposeClip } from '../formats/dwpose/clip.js'
import { parseDwposeFrame } from '../formats/dwpose/dwpose.js'
import { type DwposeFrame, dwposeFrame, type Named } from '../formats/dwpose/frame.js'
import { namedArrays } from '../formats/dwpose/frames.js'
import { readDwposeLines } from '../formats/dwpose/lines.js'
import { dwposeJoints } from '../formats/dwpose/person.js'
import { type DwposeVideo, decodeDwposeVideo } from '../formats/dwpose/video.js'
import { archiveOf, payloadOf } from '../formats/dwpose/video.testing.js'
import { checkClip, damagedBytes, damagedText, mutations, type Outcome, surviveAll } from '../formats/fuzz.testing.js'
import { foreignHdf5 } from '../formats/hdf5/hdf5.testing.js'
import { keypointHdf5Writer, readKeypointHdf5 } from '../formats/hdf5/keypoints.js'
import { motionHdf5Writer, readMotionHdf5 } from '../formats/hdf5/motions.js'
import { encodeItems, encodeNpy } from '../formats/npy.js'
import { encodeMembers, readMotionNpz, writeMotionNpz } from '../formats/npz.js'
import { parseOpenPoseFrame } from '../formats/openpose/openpose.js'
import { readPickle } from '../formats/pickle/pickle.js'
import { pickleDicts } from '../formats/pickle/write.js'
import { decodePose } from '../formats/pose/pose.js'
import { encodePose, poseOfMotion } from '../formats/pose/write.js'
import { signerClip } from '../formats/signer.js'
import { signedVideos } from '../formats/signverse/videos.js'
import { readSkels } from '../formats/skels/skels.js'
import { writeSkels } from '../formats/skels/write.js'
import { paxRecord, tarOf } from '../formats/tar.testing.js'
import { readZip } from '../formats/zip.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { COORDS } from '../motion/skeleton.js'
import { keypointsOfPose } from './keypoints/of_pose.js'
import { normalise } from './normalise.js'

const folder = await mkdtemp(join(tmpdir(), 'fuzz-'))
afterAll(() => rm(folder, { recursive: true }))
const random = new Random(1)
const people = [person(random, 400, 350, 200), person(random, 900, 350, 180)]
const motion = (frames: number) => {
  const joints = normalise(
    Float32Array.from({ length: frames * COORDS }, () => random.normal()),
    frames,
  )
  return { joints, frames, fps: 25 }
}
const clipOf = (frame: readonly Float32Array[]): void => {
  if (frame.some((one) => one.some((value) => value !== 0))) checkClip(signerClip([{ index: 0, people: frame }], 'c', 24, 'f').clip)
}

/** Whether the mutations reached both what is refused and what is still a file. */
const met = ({ read, refused, seconds, grown }: Outcome): void => {
  expect(read + refused).toBeGreaterThanOrEqual(mutations)
  expect(Math.min(read, refused)).toBeGreaterThan(0)
  if (mutations > 1000) {
    const most = `at most ${seconds.toFixed(1)} s, ${(grown / 2 ** 20).toFixed(0)} MiB more`
    console.log(`${expect.getState().currentTestName}: ${read} read, ${refused} refused, ${most}`)
  }
}

describe('damaged files', { timeout: 1_800_000 }, () => {
  it('of OpenPose', async () => {
    const bases = [people.slice(0, 1), people].map(openPoseJson)
    const read = (bytes: Uint8Array): void => {
      const got = parseOpenPoseFrame(bytes, 'f.json').people.map(({ joints }) => joints)
      clipOf(got)
      // The same again in one line, which believes everything.
      const unseen = Array<number>(63).fill(0)
      const naive = JSON.parse(Buffer.from(bytes).toString()).people.map((one: Record<string, number[] | undefined>) =>
        [(one.pose_keypoints_2d ?? unseen).slice(0, 24), one.hand_left_keypoints_2d ?? unseen, one.hand_right_keypoints_2d ?? unseen]
          .flat()
          .map((value, i, all) => (all[i - (i % 3) + 2]! > 0 ? Math.fround(value) : 0)),
      )
      expect(got.map((one) => [...one])).toEqual(naive)
    }
    met(await surviveAll(damagedText(bases), read, 'f.json', /at character \d+|UTF-8|the file|people(\[\d\]|,)/))
  })

  it('of DWPose', async () => {
    const bases = [people.slice(0, 1), people].map((list) => dwposeJson(list, 1280, 720))
    const read = (bytes: Uint8Array): void => {
      const got = parseDwposeFrame(bytes, 'f.json').people.map((one) => dwposeJoints(one, { width: 1280, height: 720 }))
      clipOf(got)
      const frame = JSON.parse(Buffer.from(bytes).toString())
      expect(got.length).toBe(frame.num_persons)
      for (const [k, one] of got.entries()) {
        const { body_keypoints, body_scores } = frame[`person_${k}`]
        expect([...one.subarray(0, 3)]).toEqual(
          !body_keypoints || !body_scores || body_scores[0] < 0
            ? [0, 0, 0]
            : [Math.fround(body_keypoints[0][0]) * 1280, Math.fround(body_keypoints[0][1]) * 720, 1].map(Math.fround),
        )
      }
    }
    met(await surviveAll(damagedText(bases), read, 'f.json', /at character \d+|UTF-8|the file|num_persons|person_\d/))
  })

  it('of 385 numbers a frame', async () => {
    const bases = [[keypointClip('a', 1, 1)], [keypointClip('a', 1, 1), keypointClip('b', 2, 2)]].map((clips) =>
      clips.map((clip) => `${dwposeLine(clip, 1280, 720)}\n`).join(''),
    )
    const path = join(folder, 'lines.skels')
    const read = async (bytes: Uint8Array): Promise<void> => {
      await writeFile(path, bytes)
      let line = 0
      for await (const { clip } of readDwposeLines(path, { picture: { width: 1280, height: 720 } })) {
        checkClip(clip)
        const tokens = Buffer.from(bytes)
          .toString('latin1')
          .split('\n')
          [line++]!.split(/[ \t\r]+/)
          .filter(Boolean)
        expect(tokens.length).toBe(385 * clip.frames)
      }
    }
    met(await surviveAll(damagedText(bases), read, path, /^:\d+: /))
  })

  it('of .skels', async () => {
    const path = join(folder, 'a.skels')
    await writeSkels(path, [motion(2), motion(3)])
    const base = await readFile(path, 'utf8')
    const read = async (bytes: Uint8Array): Promise<void> => {
      await writeFile(path, bytes)
      const lines = Buffer.from(bytes).toString('latin1').split('\n')
      for (const { joints, frames, line } of (await readSkels(path)).sequences) {
        expect(joints.length).toBe(frames * COORDS)
        const numbers = lines[line - 1]!.split(/[ \t\r]+/).filter(Boolean)
        expect([...joints]).toEqual(numbers.filter((_, i) => i % 151 !== 150).map((text) => Math.fround(Number(text))))
      }
    }
    met(await surviveAll(damagedText([base]), read, path, /^:\d+: |at least one sequence/))
  })

  it('of .pose', async () => {
    const base = encodePose(poseOfMotion(motion(3)))
    const read = (bytes: Uint8Array): void => checkClip(keypointsOfPose(decodePose(bytes, 'f.pose'), { name: 'c', who: 'f.pose' }).clip)
    met(await surviveAll(damagedBytes([base]), read, 'f.pose: ', /byte \d+|in frame \d+|both shoulders|a person/))
  })

  it('of NPZ', async () => {
    const path = join(folder, 'a.npz')
    await writeMotionNpz(path, motion(3))
    const packed = await readFile(path)
    const stored = zipSync(Object.fromEntries(readZip(packed, path).map(({ name, bytes }) => [name, bytes])), { level: 0 })
    const known = await readMotionNpz(path)
    const read = async (bytes: Uint8Array): Promise<void> => {
      await writeFile(path, bytes)
      expect(await readMotionNpz(path)).toEqual(known)
    }
    met(await surviveAll(damagedBytes([packed, stored]), read, path, / at byte \d+|: wanted (the arrays|floats|one number)/))
  })

  const picture = { width: 1280, height: 720 }
  const payloads = [people.slice(0, 1), [], people].map((seen) => payloadOf(seen, picture))
  /** Whoever was seen, as every reader of DWPose makes clips of it. */
  const checkVideo = ({ frames, picture: size, fps, totalFrames }: DwposeVideo): void => {
    expect(frames.every(({ index }, t) => index > (frames[t - 1]?.index ?? -1) && index < totalFrames)).toBe(true)
    if (frames.some(({ people: seen }) => seen.some((one) => dwposeJoints(one, size).some((value) => value !== 0))))
      checkClip(dwposeClip(frames, size, 'c', fps, 'f').clip)
  }

  it('of whole videos of DWPose', async () => {
    const bases = [archiveOf(payloads, { indices: [1, 2, 4] }), archiveOf(payloads.slice(0, 1), {})]
    const read = (bytes: Uint8Array): void => checkVideo(decodeDwposeVideo(bytes, 'poses.npz'))
    met(await surviveAll(damagedBytes(bases), read, 'poses.npz', /at byte \d+|frame \d+|: wanted/))
  })

  it('of the pickles in them, whose checksums nobody looks at', async () => {
    const dicts = [pickleDicts(payloads), pickleDicts(payloads.slice(0, 1))]
    const read = (bytes: Uint8Array): void => {
      const value = readPickle(bytes, 'f', { item: (payload, t) => dwposeFrame(payload as Named, `f, frame ${t + 1}`) })
      for (const { people: seen } of (value as { objects?: DwposeFrame[] }).objects ?? [])
        for (const one of seen) expect(one.every((number) => Math.abs(number) <= 10)).toBe(true)
    }
    met(await surviveAll(damagedBytes(dicts), read, 'f', /at byte \d+|frame \d+/))
  })

  it('of one frame of DWPose as arrays', async () => {
    const flat = Object.fromEntries(Object.entries(payloads[2]!).map(([key, array]) => [key, encodeNpy(array, key)]))
    const bases = [encodeMembers(flat, 'stored'), encodeItems('|O', [1], pickleDicts(payloads.slice(2)))]
    const read = (bytes: Uint8Array): void => {
      for (const one of dwposeFrame(namedArrays(bytes, 'f.npz'), 'f.npz').people)
        expect(dwposeJoints(one, picture).every((value) => Math.abs(value) < 1e5)).toBe(true)
    }
    met(await surviveAll(damagedBytes(bases), read, 'f.npz', /at byte \d+|: wanted/))
  })

  it('of all points of DWPose', async () => {
    const [one] = people
    const xy = Float32Array.from({ length: 2 * 256 }, (_, i) => {
      const point = Math.floor((i % 256) / 2)
      return point < 8 || (point >= 18 && point < 60) ? one![(point < 8 ? point : point - 10) * 3 + (i % 2)]! : 0
    })
    const arrays = {
      all_xy: { shape: [2, 128, 2], data: xy },
      all_score: { shape: [2, 128], data: new Float32Array(256).fill(0.8) },
      frame_size: { shape: [2], data: Int32Array.of(1280, 720) },
    }
    const members = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, encodeNpy(array, name)]))
    const bases = [encodeMembers(members, 'stored'), encodeMembers(members)]
    const read = (bytes: Uint8Array): void => checkVideo(decodeAllPoints(bytes, 'c', 'c.npz'))
    met(await surviveAll(damagedBytes(bases), read, 'c.npz', /at byte \d+|: wanted/))
  })

  it('of shards, from their headers to the clips in them', async () => {
    const path = join(folder, 's.tar')
    const base = tarOf([
      ['p', paxRecord('path', 'v/captions/v.en.vtt'), 'x'],
      ['v.en.vtt', 'WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHello.\n'],
      ['v/npz/poses.npz', archiveOf(payloads, {})],
    ])
    const read = async (bytes: Uint8Array): Promise<void> => {
      await writeFile(path, bytes)
      for (const video of (await signedVideos(path)) ?? []) {
        for (const { start, end } of (await video.captions('original'))?.cues ?? []) expect(end).toBeGreaterThan(start)
        checkVideo(await video.read())
      }
    }
    met(await surviveAll(damagedBytes([base]), read, path, /: \S/))
  })

  it('of captions', async () => {
    const segments = [0, 1].map((i) => ({ start_sec: i, end_sec: i + 0.5, text: `Sentence ${i}.` }))
    const base = JSON.stringify({ video_id: 'v', languages: { en: { text: '', segments }, 'en-de': { text: '', segments } } })
    const read = (bytes: Uint8Array): void => {
      for (const cues of parseCaptions(bytes, 'c.json').values())
        for (const { start, end, text } of cues) expect(start >= 0 && end > start && text !== '').toBe(true)
    }
    met(await surviveAll(damagedText([base]), read, 'c.json', /at character \d+|UTF-8|the top|languages|: wanted/))
  })

  it('of HDF5', async () => {
    const path = join(folder, 'a.h5')
    const good = join(folder, 'good.h5')
    const clips = [keypointClip('a', 3, 1, [0, 1, 4]), keypointClip('dev/b', 2, 2)]
    const writer = await keypointHdf5Writer(good)
    for (const clip of clips) await writer.add(clip)
    await writer.close()
    const plain = await readFile(good)
    const data = keypointClip('c', 4, 3).keypoints
    const options = { shape: [4, 150], chunks: [2, 150], compression: 'gzip' as const }
    const packed = await readFile(await foreignHdf5(path, (file) => file.create_dataset({ name: 'c', data, ...options })))
    const read = async (bytes: Uint8Array): Promise<void> => {
      await writeFile(path, bytes)
      for await (const clip of readKeypointHdf5(path, { patience: 2 })) checkClip(clip)
    }
    met(await surviveAll(damagedBytes([plain, packed]), read, path, /^: \S/))
    const after: KeypointClip[] = []
    for await (const clip of readKeypointHdf5(good)) after.push(clip)
    expect(after).toEqual(clips)
  })

  it('of HDF5 with motions', async () => {
    const path = join(folder, 'm.h5')
    const writer = await motionHdf5Writer(path)
    for (const name of ['a', 'b']) await writer.add({ name, ...motion(3) })
    await writer.close()
    const plain = await readFile(path)
    const read = async (bytes: Uint8Array): Promise<void> => {
      await writeFile(path, bytes)
      for await (const { joints, frames } of readMotionHdf5(path, { patience: 2 })) expect(joints.length).toBe(frames * COORDS)
    }
    met(await surviveAll(damagedBytes([plain]), read, path, /^: \S/))
    await read(plain)
  })
})
