// MediaPipe Holistic in a headless browser. Its models lie in the package's folder, and the page asks for nothing that does not: detection works offline.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page, Route } from 'playwright-core'
import { SignError } from '../base/errors.js'
import { launchBrowser, noBrowser } from '../platform/node/chromium.js'
import { packageFolder } from '../platform/node/paths.js'
import { type BodyModel, bodyModels } from './body_models.js'
import type { HolisticFrame, HolisticVideo } from './holistic_pose.js'

/** The package, which is not installed with this one: its models are 52 MB. */
export const HOLISTIC = { name: '@mediapipe/holistic', version: '0.5.1675471629' } as const

/** Where the page pretends to be: only secure origins have all that it needs. */
const ORIGIN = 'https://holistic.invalid'

/** Throws ERR_CONFIG naming `who`, what is missing and how to install it, where keypoints cannot be detected on this machine. */
export function checkDetector(who: string): void {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const problem = `wanted linux x64, for which the headless browser is, got ${process.platform} ${process.arch}`
    throw new SignError('ERR_CONFIG', who, problem, 'Detect the keypoints on another machine, or with another tool that writes .pose files')
  }
  const { name, version } = HOLISTIC
  const missing = [
    ...(noBrowser ? ['@sparticuz/chromium'] : []),
    ...(packageFolder('playwright-core') ? [] : ['playwright-core']),
    ...(packageFolder(name) ? [] : [`${name}@${version}`]),
  ]
  if (missing.length === 0) return
  const problem = `wanted the optional packages that detect keypoints, got none of ${missing.join(', ')}`
  throw new SignError('ERR_CONFIG', who, problem, `Install what is missing: npm install ${missing.join(' ')}`)
}

/** A picture to look at, a byte a channel, line by line. */
export interface DetectedPicture {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

/** What looks at the frames of videos. */
export type Detector = Pick<HolisticDetector, 'connections' | 'begin' | 'detect'>

/**
 * Detects one signer in the frames of one video after another: what was seen in a frame is where the next is looked at first. One browser each.
 *
 * @example
 * await using detector = await HolisticDetector.open('clip.mp4')
 * await detector.begin()
 * for await (const frame of video) console.log(await detector.detect(frame, 1000 * frame.time))
 */
export class HolisticDetector implements AsyncDisposable {
  readonly connections: HolisticVideo['connections']
  readonly #browser: Browser
  readonly #page: Page
  /** What the page fetches next. */
  readonly #shown: { rgba: Uint8Array }

  private constructor(browser: Browser, page: Page, shown: { rgba: Uint8Array }, connections: HolisticVideo['connections']) {
    this.#browser = browser
    this.#page = page
    this.#shown = shown
    this.connections = connections
  }

  /** Starts the browser and loads the models. Throws as {@link checkDetector}, and ERR_CONFIG where the package cannot be used. */
  static async open(who: string, { model = 'full' }: { readonly model?: BodyModel | undefined } = {}): Promise<HolisticDetector> {
    checkDetector(who)
    const browser = await launchBrowser({ webGpu: true })
    try {
      const page = await browser.newPage()
      const shown = { rgba: new Uint8Array() }
      await answerRequests(page, shown)
      await page.goto(`${ORIGIN}/`)
      await page.addScriptTag({ url: `${ORIGIN}/holistic.js` })
      await page.addScriptTag({ path: fileURLToPath(new URL('./holistic_page.cjs', import.meta.url)) })
      const connections = await page.evaluate<HolisticVideo['connections']>(`startDetector(${bodyModels.indexOf(model)})`)
      return new HolisticDetector(browser, page, shown, connections)
    } catch (cause) {
      await browser.close().catch(() => undefined)
      const { name, version } = HOLISTIC
      const problem = `wanted ${name} to start in the headless browser, got ${(cause as Error).message.split('\n')[0]}`
      throw new SignError('ERR_CONFIG', who, problem, `Install it anew: npm install ${name}@${version}`, { cause })
    }
  }

  /** Forgets the signer: what comes next is another video. */
  async begin(): Promise<void> {
    await this.#page.evaluate('beginVideo()')
  }

  /** Looks at the next frame, `time` milliseconds after the first. Rejects where the browser ended. */
  detect({ width, height, rgba }: DetectedPicture, time: number): Promise<HolisticFrame> {
    this.#shown.rgba = rgba
    return this.#page.evaluate<HolisticFrame>(`detectFrame(${width}, ${height}, ${time})`)
  }

  /** Ends the browser, and with it what is being detected. Idempotent. */
  async close(): Promise<void> {
    await this.#browser.close().catch(() => undefined)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** The page gets its own document, files of the package and the frame that is to be looked at, and nothing else: no request leaves the machine. */
async function answerRequests(page: Page, shown: { readonly rgba: Uint8Array }): Promise<void> {
  const folder = packageFolder(HOLISTIC.name)!
  const files = new Set(await readdir(folder))
  await page.route('**', async (route: Route) => {
    const { origin, pathname } = new URL(route.request().url())
    const name = pathname.slice(1)
    if (origin !== ORIGIN) await route.abort()
    else if (name === '') await route.fulfill({ contentType: 'text/html', body: '' })
    else if (name === 'frame')
      await route.fulfill({
        contentType: 'application/octet-stream',
        body: Buffer.from(shown.rgba.buffer, shown.rgba.byteOffset, shown.rgba.byteLength),
      })
    else if (files.has(name)) await route.fulfill({ path: join(folder, name) })
    else await route.abort()
  })
}
