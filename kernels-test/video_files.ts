// Videos for tests: frames of ours, encoded in the headless browser.

import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../src/platform/node/chromium.js'
import { packageFolder } from '../src/platform/node/paths.js'

export interface Encoding {
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly kind: 'mp4' | 'webm'
}

/** The bytes of a video of RGBA frames. H.264 in an MP4 that can be read from its beginning, or VP9 in a WebM. */
export async function encodeVideo(frames: readonly Uint8Array[], encoding: Encoding): Promise<Uint8Array> {
  await using encoder = await VideoEncoder.open()
  return await encoder.encode(frames, encoding)
}

/** Encodes one video after another in one browser. */
export class VideoEncoder implements AsyncDisposable {
  readonly #browser: Browser

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  static async open(): Promise<VideoEncoder> {
    return new VideoEncoder(await launchBrowser())
  }

  async encode(frames: readonly Uint8Array[], { width, height, fps, kind }: Encoding): Promise<Uint8Array> {
    const page = await this.#browser.newPage()
    try {
      await page.route('**', (route) => route.fulfill({ contentType: 'text/html', body: '' }))
      await page.goto('https://video.invalid/')
      await page.addScriptTag({ path: join(packageFolder('mediabunny')!, 'dist', 'bundles', 'mediabunny.min.cjs') })
      await page.addScriptTag({ content: ENCODE })
      await page.evaluate(`begin(${JSON.stringify({ width, height, fps, kind })})`)
      for (const frame of frames) await page.evaluate(`add('${Buffer.from(frame).toString('base64')}')`)
      return Buffer.from(await page.evaluate<string>('end()'), 'base64')
    } finally {
      await page.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close()
  }
}

const ENCODE = `
  let made
  globalThis.begin = async ({ width, height, fps, kind }) => {
    const { Output, Mp4OutputFormat, WebMOutputFormat, BufferTarget, VideoSampleSource, QUALITY_VERY_HIGH } = Mediabunny
    const format = kind === 'mp4' ? new Mp4OutputFormat({ fastStart: 'in-memory' }) : new WebMOutputFormat()
    const output = new Output({ format, target: new BufferTarget() })
    const source = new VideoSampleSource({ codec: kind === 'mp4' ? 'avc' : 'vp9', bitrate: QUALITY_VERY_HIGH })
    output.addVideoTrack(source, { frameRate: fps })
    await output.start()
    made = { output, source, width, height, fps, count: 0 }
  }
  globalThis.add = async (base64) => {
    const { width, height, fps, source } = made
    const sample = new Mediabunny.VideoSample(Uint8Array.fromBase64(base64), {
      format: 'RGBA', codedWidth: width, codedHeight: height, timestamp: made.count++ / fps, duration: 1 / fps,
    })
    await source.add(sample)
    sample.close()
  }
  globalThis.end = async () => {
    await made.output.finalize()
    return new Uint8Array(made.output.target.buffer).toBase64()
  }
`
