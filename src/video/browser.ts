// Decoding in a headless browser that has codecs of its own, with mediabunny to take the file apart. One browser for all videos that are open, a page for each.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { SignError } from '../base/errors.js'
import { launchBrowser, noBrowser } from '../platform/node/chromium.js'
import { packageFolder } from '../platform/node/paths.js'
import { badVideo, changedSize, type Video, type VideoFrame } from './decoder.js'

/** Bytes of frames that come at once: fewer round trips, and not too much memory. */
const BYTES_AT_ONCE = 8 * 2 ** 20
/** How long the browser stays open for the next video. */
const IDLE_MS = 2000

/** Why there is no browser to decode with, naming the package that is not there; empty where there is one. */
export function whyNoBrowser(): string {
  if (noBrowser) return noBrowser
  const missing = ['playwright-core', 'mediabunny'].filter((name) => packageFolder(name) === undefined)
  return missing.length === 0 ? '' : `no browser: ${missing.join(' and ')} not installed`
}

/** What the script of the page answers. */
type Opened = { readonly width: number; readonly height: number; readonly fps?: number } | { readonly problem: string }
interface Batch {
  readonly frames: readonly { readonly time: number; readonly width: number; readonly height: number; readonly rgba: string }[]
  readonly done: boolean
  readonly problem?: string
}

/** Throws as `openVideo`. */
export async function openInBrowser(path: string, signal: AbortSignal | undefined): Promise<Video> {
  const video = new BrowserVideo(path, signal)
  try {
    await video.open()
    return video
  } catch (error) {
    await video.close()
    signal?.throwIfAborted()
    throw error
  }
}

class BrowserVideo implements Video {
  readonly decoder = 'browser'
  readonly path: string
  width = 0
  height = 0
  fps: number | undefined
  readonly #signal: AbortSignal | undefined
  readonly #lent = lend()
  #page: Page | undefined
  #batch: Batch = { frames: [], done: false }
  #taken = false
  #closed: Promise<void> | undefined

  constructor(path: string, signal: AbortSignal | undefined) {
    this.path = path
    this.#signal = signal
    signal?.addEventListener('abort', this.#stop, { once: true })
  }

  readonly #stop = (): void => void this.close()

  async open(): Promise<void> {
    const page = await (await this.#lent).newPage()
    this.#page = page
    this.#signal?.throwIfAborted()
    // WebCodecs are for secure origins; nothing is asked of a network. Hidden, for the browser has no font to draw the button with, and would end.
    await page.route('**', (route) => route.fulfill({ contentType: 'text/html', body: '<input type="file" hidden>' }))
    await page.goto('https://video.invalid/')
    await page.addScriptTag({ path: join(packageFolder('mediabunny')!, 'dist', 'bundles', 'mediabunny.min.cjs') })
    await page.addScriptTag({ path: fileURLToPath(new URL('./decoder_page.cjs', import.meta.url)) })
    await page.setInputFiles('input', this.path)
    const opened = await page.evaluate<Opened>('openVideo()')
    if ('problem' in opened) throw badVideo(this.path, `wanted a video, got ${opened.problem}`)
    Object.assign(this, opened)
    await this.#fetch(0)
    if (this.#batch.frames.length === 0) throw this.#damaged(0) ?? badVideo(this.path, 'wanted a video, got one without frames')
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<VideoFrame> {
    if (this.#taken) throw new SignError('ERR_USAGE', this.path, 'wanted its frames once, got asked again', 'Open it again')
    this.#taken = true
    try {
      for (let index = 0; ; ) {
        const batch = this.#batch
        for (const frame of batch.frames) {
          this.#signal?.throwIfAborted()
          const { time, width, height } = frame
          if (width !== this.width || height !== this.height)
            throw changedSize(this.path, index, `${this.width}x${this.height}`, `${width}x${height}`)
          yield { index: index++, time, width, height, rgba: Buffer.from(frame.rgba, 'base64') }
        }
        const damaged = this.#damaged(index)
        if (damaged) throw damaged
        if (batch.done) return
        await this.#fetch(index)
      }
    } finally {
      await this.close()
    }
  }

  async #fetch(index: number): Promise<void> {
    try {
      this.#batch = await this.#page!.evaluate<Batch>(`nextFrames(${BYTES_AT_ONCE})`)
    } catch (cause) {
      this.#signal?.throwIfAborted()
      throw new SignError(
        'ERR_DATA',
        this.path,
        `wanted frame ${index}, got no answer of the browser`,
        'Install ffmpeg, which is taken first',
        { cause },
      )
    }
  }

  #damaged(index: number): SignError | undefined {
    const { problem } = this.#batch
    if (problem === undefined) return undefined
    const where = index === 0 ? 'before its first frame' : `behind frame ${index - 1}`
    return badVideo(this.path, `wanted a whole video, got one that is damaged ${where} (${problem})`)
  }

  close(): Promise<void> {
    this.#closed ??= this.#end()
    return this.#closed
  }

  async #end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#stop)
    await this.#page?.close().catch(() => undefined)
    giveBack()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

let browser: Promise<Browser> | undefined
let borrowers = 0
let idle: NodeJS.Timeout | undefined

function lend(): Promise<Browser> {
  borrowers++
  clearTimeout(idle)
  browser ??= launchBrowser()
  browser.catch(() => {
    browser = undefined // whoever asks again may find what was in the way gone
  })
  return browser
}

/** The last to give it back leaves it open for a moment: the next video is often the next file. */
function giveBack(): void {
  borrowers--
  if (borrowers > 0) return
  idle = setTimeout(() => {
    const ended = browser
    browser = undefined
    void ended?.then((one) => one.close()).catch(() => undefined)
  }, IDLE_MS)
}
