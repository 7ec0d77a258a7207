import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeVideo } from '../../kernels-test/video_files.js'
import { whyNoBrowser } from '../video/browser.js'
import { detectVideo } from './detect_video.js'
import type { Detector } from './holistic.js'

const none = whyNoBrowser()
const [FRAMES, FPS, SIDE] = [40, 20, 32]

describe.skipIf(none)(`frames of a video${none && `: ${none}`}`, () => {
  let folder: string
  let path: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signllm-detect-video-'))
    path = join(folder, 'clip.mp4')
    const frames = Array.from({ length: FRAMES }, (_, i) => new Uint8Array(4 * SIDE * SIDE).fill(5 * i))
    await writeFile(path, await encodeVideo(frames, { width: SIDE, height: SIDE, fps: FPS, kind: 'mp4' }))
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true }))

  /** Sees a body without anything else, as sure as a hundredth of the frame's brightness tells; ends before frame `most` of those it is shown. */
  function detector(times: number[], most = Number.POSITIVE_INFINITY): Detector {
    return {
      connections: { body: [], face: [], hand: [] },
      begin: async () => {},
      async detect({ rgba }, time) {
        if (times.length >= most) throw new Error('Target closed\nmore about it')
        times.push(time)
        const body = Array.from({ length: 33 * 4 }, (_, i) => (i % 4 === 3 ? rgba[0]! / 255 : 0.5))
        return { body, face: null, leftHand: null, rightHand: null, world: body }
      },
    }
  }
  const options = { model: 'full', resume: false } as const

  it('are all looked at in order, at their times in the video', async () => {
    const times: number[] = []
    let told = 0
    const { pose, seen, kept } = await detectVideo(detector(times), path, join(folder, 'a.pose'), {
      ...options,
      onFrame: () => void told++,
    })
    await kept.discard()
    expect([pose.frames, times.length, told, seen.body, seen.face]).toEqual([FRAMES, FRAMES, FRAMES, FRAMES - 1, 0])
    expect(pose.fps).toBeCloseTo(FPS, 3)
    for (const [i, time] of times.entries()) expect(time).toBeCloseTo((1000 * i) / FPS, 0)
    for (let t = 1; t < FRAMES; t++) expect(pose.confidence[t * 576]! - pose.confidence[(t - 1) * 576]!).toBeCloseTo(5 / 255, 1)
  })

  it('have the rate that they are given', async () => {
    const times: number[] = []
    const { pose, kept } = await detectVideo(detector(times), path, join(folder, 'b.pose'), { ...options, fps: 50 })
    await kept.discard()
    expect([pose.fps, times[3]]).toEqual([50, 60])
  })

  it('are kept where the detector ends, and only the rest is added, behind a second of frames that it sees again', async () => {
    const out = join(folder, 'c.pose')
    await expect(detectVideo(detector([], 33), path, out, options)).rejects.toMatchObject({
      code: 'ERR_DEVICE',
      message: expect.stringContaining('wanted the keypoints of frame 33, got no answer of the browser (Target closed). Pass --resume'),
    })
    const times: number[] = []
    let added = 0
    const { pose, kept } = await detectVideo(detector(times), path, out, { ...options, resume: true, onFrame: () => void added++ })
    await kept.discard()
    expect([pose.frames, added, times.length]).toEqual([FRAMES, FRAMES - 33, FRAMES - 33 + 25])
    expect(times[0]).toBeCloseTo((1000 * 8) / FPS, 0)
    await expect(detectVideo(detector([]), path, out, { ...options, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
  })
})
