import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeVideo } from '../../kernels-test/video_files.js'
import { whyNoBrowser } from './browser.js'
import { ffmpegIsThere } from './ffmpeg.js'
import { openVideo, type VideoDecoder, type VideoFrame } from './video.js'

const [width, height, fps] = [64, 48, 25]
const background = [40, 90, 160] as const
const mark = [220, 60, 30] as const

/** A square that moves by two pixels a frame. */
function drawn(frame: number): Uint8Array {
  const rgba = new Uint8Array(4 * width * height)
  for (let i = 0; i < width * height; i++) {
    const inside = Math.abs((i % width) - 10 - 2 * frame) < 6 && Math.abs(Math.floor(i / width) - 24) < 8
    rgba.set([...(inside ? mark : background), 255], 4 * i)
  }
  return rgba
}

const at = ({ rgba }: VideoFrame, x: number, y: number) => [...rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)]
const near = (got: readonly number[], want: readonly number[]) => Math.max(...got.map((v, i) => Math.abs(v - want[i]!)))

const COUNT = 20
let folder: string
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-video-'))
  if (whyNoBrowser()) return
  const frames = Array.from({ length: COUNT }, (_, i) => drawn(i))
  for (const kind of ['mp4', 'webm'] as const)
    await writeFile(file(`clip.${kind}`), await encodeVideo(frames, { width, height, fps, kind }))
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

async function all(path: string, decoder: VideoDecoder): Promise<VideoFrame[]> {
  const frames: VideoFrame[] = []
  await using video = await openVideo(path, { decoder })
  for await (const frame of video) frames.push(frame)
  return frames
}

const withFfmpeg = await ffmpegIsThere()

for (const decoder of ['ffmpeg', 'browser'] as const) {
  const none = whyNoBrowser() !== '' || (decoder === 'ffmpeg' && !withFfmpeg)
  describe.skipIf(none)(`videos through ${decoder}`, () => {
    it.each(['mp4', 'webm'])('are read frame by frame, with size, rate, times and colours: %s', async (kind) => {
      await using video = await openVideo(file(`clip.${kind}`), { decoder })
      expect([video.width, video.height, video.decoder]).toEqual([width, height, decoder])
      expect(video.fps).toBeCloseTo(fps, 1)
      let count = 0
      for await (const frame of video) {
        expect(frame.index).toBe(count)
        expect(frame.time).toBeCloseTo(count / fps, 2)
        expect(frame.rgba.length).toBe(4 * width * height)
        // Compressed, and through another space of colours.
        expect(near(at(frame, 10 + 2 * count, 24), mark)).toBeLessThan(25)
        expect(near(at(frame, 60, 4), background)).toBeLessThan(12)
        count++
      }
      expect(count).toBe(COUNT)
    })

    it('are given up early, and when a signal says so', async () => {
      const video = await openVideo(file('clip.mp4'), { decoder })
      for await (const { index } of video) if (index === 2) break
      await video.close()
      await expect(async () => {
        for await (const _ of video) break
      }).rejects.toThrow('wanted its frames once, got asked again')
      const abort = new AbortController()
      const read = async () => {
        for await (const { index } of await openVideo(file('clip.mp4'), { decoder, signal: abort.signal }))
          if (index === 1) abort.abort(new Error('enough'))
      }
      await expect(read()).rejects.toThrow('enough')
      await expect(openVideo(file('clip.mp4'), { decoder, signal: abort.signal })).rejects.toThrow('enough')
    })

    it('that are cut short are refused, with where', async () => {
      // Before its frames begin, and among them.
      for (const [kind, share, told] of [
        ['mp4', 0.2, /no picture is found/],
        ['mp4', 0.98, /a whole video, got one that is damaged behind frame \d+/],
        ['webm', 0.9, /damaged behind frame|one without frames/],
      ] as const) {
        const bytes = await readFile(file(`clip.${kind}`))
        await writeFile(file(`half.${kind}`), bytes.subarray(0, Math.floor(bytes.length * share)))
        const message = expect.stringMatching(told)
        await expect(all(file(`half.${kind}`), decoder), `${kind} ${share}`).rejects.toMatchObject({ code: 'ERR_DATA', message })
      }
    })

    it('that are none are refused', async () => {
      await writeFile(file('words.mp4'), 'no video at all, but long enough to be read as one by somebody who is in a hurry')
      await expect(openVideo(file('words.mp4'), { decoder })).rejects.toMatchObject({
        code: 'ERR_DATA',
        message: expect.stringContaining('words.mp4: wanted a video, got'),
      })
    })
  })
}

describe('what is no video file', () => {
  it('is refused before anything is started', async () => {
    await mkdir(file('folder'))
    await writeFile(file('empty.mp4'), '')
    await expect(openVideo(file('folder'))).rejects.toThrow('folder: wanted a video, got a folder')
    await expect(openVideo(file('empty.mp4'))).rejects.toThrow('empty.mp4: wanted a video, got an empty file')
    await expect(openVideo(file('none.mp4'))).rejects.toMatchObject({ code: 'ERR_DATA', message: expect.stringContaining('ENOENT') })
  })

  it.skipIf(withFfmpeg)('needs a decoder: what is to be installed is said', async () => {
    await writeFile(file('some.mp4'), 'x')
    await expect(openVideo(file('some.mp4'), { decoder: 'ffmpeg' })).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringContaining('Install ffmpeg, or on linux x64: npm install @sparticuz/chromium playwright-core mediabunny'),
    })
  })
})

describe.skipIf(process.platform === 'win32')('a program that answers as ffmpeg does', () => {
  /** Says what is on its error channel, and writes pictures. */
  async function programOf(said: string, pictures: readonly (readonly [width: number, height: number])[]): Promise<string> {
    const folderOf = await mkdtemp(file('program-'))
    const bytes = pictures.map(([w, h]) =>
      Buffer.concat([
        Buffer.from(`P7\nWIDTH ${w}\nHEIGHT ${h}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n`),
        Buffer.alloc(4 * w * h, 7),
      ]),
    )
    await writeFile(join(folderOf, 'pictures'), Buffer.concat(bytes))
    await writeFile(join(folderOf, 'said'), said)
    await writeFile(
      join(folderOf, 'ffmpeg'),
      `#!/bin/sh\n[ "$1" = -version ] && exit 0\ncat '${folderOf}/pictures'\ncat '${folderOf}/said' >&2\n`,
    )
    await chmod(join(folderOf, 'ffmpeg'), 0o755)
    await writeFile(file('any.mp4'), 'x')
    return folderOf
  }

  async function read(said: string, pictures: readonly (readonly [number, number])[]): Promise<VideoFrame[]> {
    const before = process.env.PATH
    process.env.PATH = `${await programOf(said, pictures)}:${before}`
    try {
      return await all(file('any.mp4'), 'ffmpeg')
    } finally {
      process.env.PATH = before
    }
  }
  const shown = (n: number, size: string) =>
    `[Parsed_showinfo_0 @ 0x1] [info] n:   ${n} pts:   ${n} pts_time:${n / 10} pos: 1 fmt:yuv420p sar:1/1 s:${size} i:P iskey:1\n`

  it('is believed its frames and times', async () => {
    const frames = await read(shown(0, '3x2') + shown(1, '3x2'), [
      [3, 2],
      [3, 2],
    ])
    expect(frames.map(({ index, time, width, height }) => [index, time, width, height])).toEqual([
      [0, 0, 3, 2],
      [1, 0.1, 3, 2],
    ])
  })

  it('is not believed a video without frames, one whose size changes, or one that it complains of', async () => {
    await expect(read('', [])).rejects.toThrow('any.mp4: wanted a video, got one without frames')
    const both = [
      [3, 2],
      [3, 2],
    ] as const
    await expect(read(shown(0, '3x2') + shown(1, '6x4'), both)).rejects.toThrow('wanted every frame as the first, 3x2, got frame 1 of 6x4')
    await expect(read(`${shown(0, '3x2')}[mov @ 0x2] [error] stream 0, offset 0x30: partial file\n`, [[3, 2]])).rejects.toThrow(
      'damaged behind frame 0 (stream 0, offset 0x30: partial file)',
    )
    await expect(read("[fatal] Stream map '0:v:0' matches no streams.\n", [])).rejects.toThrow('got a file in which no picture is found')
  })
})
