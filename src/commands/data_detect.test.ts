import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeVideo } from '../../kernels-test/video_files.js'
import { type DrawnFrame, drawnSigner, SIDE } from '../detect/drawn_signer.testing.js'
import { checkDetector, HOLISTIC } from '../detect/holistic.js'
import { keptCount } from '../detect/kept_frames.js'
import { type PoseFile, readPose } from '../formats/pose/pose.js'
import { whyNoBrowser } from '../video/browser.js'
import { type DataDetectOptions, dataDetect, formatDetected } from './data_detect.js'

/** Why nothing can be detected here; empty where it can. */
const none = whyNoBrowser() || missing()
function missing(): string {
  try {
    checkDetector('tests')
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

const folder = await mkdtemp(join(tmpdir(), 'signllm-data-detect-'))
const file = (...names: string[]) => join(folder, ...names)
afterAll(() => rm(folder, { recursive: true }))

it('names the version of the package that it is tested with', async () => {
  const { devDependencies } = JSON.parse(await readFile('package.json', 'utf8'))
  expect(devDependencies[HOLISTIC.name]).toBe(HOLISTIC.version)
})

it.skipIf(!none)('says what to install where something is missing', async () => {
  await writeFile(file('clip.mp4'), 'x')
  await expect(dataDetect(file('clip.mp4'), { out: file('clip.pose') })).rejects.toMatchObject({
    code: 'ERR_CONFIG',
    message: expect.stringMatching(/npm install .*@mediapipe\/holistic@|linux x64/),
  })
})

const FRAMES = 14
const FPS = 20

describe.skipIf(none)(`keypoints in videos${none && `: ${none}`}`, () => {
  let drawn: DrawnFrame[]

  beforeAll(async () => {
    await mkdir(file('videos'))
    drawn = await drawnSigner(FRAMES)
    const encoding = { width: SIDE, height: SIDE, fps: FPS, kind: 'mp4' } as const
    const frames = drawn.map(({ rgba }) => rgba)
    await writeFile(file('videos/signer.mp4'), await encodeVideo(frames, encoding))
    const wall = Array.from({ length: 2 }, () => new Uint8Array(4 * SIDE * SIDE).fill(170))
    await writeFile(file('videos/wall.webm'), await encodeVideo(wall, { ...encoding, kind: 'webm' }))
    await writeFile(file('videos/words.mp4'), 'no video at all, but long enough to be read as one by somebody who is in a hurry')
  }, 120_000)

  const silent = { write: () => true }
  const placeOf = ({ data, points }: PoseFile, frame: number, point: number) => [
    ...data.subarray((frame * points + point) * 3).subarray(0, 2),
  ]

  it('are where they were drawn, and nowhere where nobody is; what is no video is left out', async () => {
    const summary = await dataDetect(file('videos'), { out: file('out'), stream: silent, jobs: 2 })
    const all = { body: FRAMES, face: FRAMES, leftHand: FRAMES, rightHand: FRAMES }
    expect(summary).toMatchObject({
      clips: [
        { name: 'signer', out: file('out/signer.pose'), frames: FRAMES, seen: all },
        { name: 'wall', frames: 2, seen: { body: 0, face: 0, leftHand: 0, rightHand: 0 } },
      ],
      resumed: 0,
      frames: FRAMES + 2,
      broken: [{ name: 'words', problem: expect.stringContaining('words.mp4: wanted a video') }],
      notes: ['wall: nobody was seen in any of its 2 frames'],
    })
    expect(formatDetected(summary)).toMatch(/out: 2 videos, 16 frames in .* s \(.* frames\/s\); signer seen in 88 %/)
    const pose = await readPose(file('out/signer.pose'))
    expect(pose).toMatchObject({ width: SIDE, height: SIDE, frames: FRAMES, people: 1, points: 576 })
    expect(pose.fps).toBeCloseTo(FPS, 3)
    for (const [t, { wrists }] of drawn.entries())
      for (const [side, first] of [
        ['left', 501],
        ['right', 522],
      ] as const) {
        const [x, y] = placeOf(pose, t, first)
        expect(Math.hypot(x! - wrists[side][0], y! - wrists[side][1]), `${side} wrist in frame ${t}`).toBeLessThan(SIDE / 25)
      }
    expect((await readPose(file('out/wall.pose'))).confidence.every((sure) => sure === 0)).toBe(true)
    await expect(dataDetect(file('videos'), { out: file('out'), stream: silent })).rejects.toThrow(
      'got this one from an earlier run, and 1 more',
    )
    expect(existsSync(file('out/signer.pose.frames'))).toBe(false)
  }, 300_000)

  it('are gone on with after an interruption, almost as if there had been none', async () => {
    const abort = new AbortController()
    const reports: { done?: number; all?: number; note?: string }[] = []
    const stream = {
      write(text: string) {
        const report = JSON.parse(text)
        reports.push(report)
        if (report.work === 'detect' && report.done === 6) abort.abort(new Error('enough'))
      },
    }
    const options: DataDetectOptions = { out: file('again.pose'), json: true, stream }
    await expect(dataDetect(file('videos/signer.mp4'), { ...options, signal: abort.signal })).rejects.toThrow('enough')
    expect(existsSync(file('again.pose'))).toBe(false)
    const kept = await keptCount(file('again.pose'))
    expect(kept).toBeGreaterThanOrEqual(6)
    expect(reports.at(-1)!.note ?? reports.at(-2)!.note).toContain('--resume goes on from there')

    reports.length = 0
    const summary = await dataDetect(file('videos/signer.mp4'), { ...options, resume: true })
    expect(summary).toMatchObject({ clips: [{ frames: FRAMES }], frames: FRAMES - kept })
    expect(reports.find((report) => report.all === FRAMES)).toMatchObject({ done: kept })
    const [whole, resumed] = [await readPose(file('out/signer.pose')), await readPose(file('again.pose'))]
    expect(resumed.confidence.length).toBe(whole.confidence.length)
    for (let t = 0; t < FRAMES; t++)
      for (const point of [0, 11, 12, 501, 522])
        for (const [i, v] of placeOf(resumed, t, point).entries())
          expect(Math.abs(v - placeOf(whole, t, point)[i]!)).toBeLessThan(SIDE / 100)

    const again = await dataDetect(file('videos/signer.mp4'), { ...options, resume: true })
    expect(again).toMatchObject({ clips: [], resumed: 1, frames: 0 })
  }, 300_000)
})
