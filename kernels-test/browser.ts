// A real browser for the tests of our pages: the Chromium that the optional package @sparticuz/chromium holds. It needs nothing of the system:
// the libraries and the font it links are packed beside it. The package's own way of unpacking races between processes; this one does not.

import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { unpackTar } from 'modern-tar'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { packageFolder, packageVersion, writableCacheFolder } from '../src/platform/node/paths.js'

const root = process.platform === 'linux' && process.arch === 'x64' ? packageFolder('@sparticuz/chromium') : undefined

/** Why there is no browser to test with; empty where there is one. */
export const noBrowser = root ? '' : 'no browser: @sparticuz/chromium is not installed, or this is not linux x64'

/**
 * Starts the browser, unpacked first where this is the first time.
 *
 * @param webGpu with WebGPU on SwiftShader; otherwise without any GPU
 */
export async function launchBrowser({ webGpu = false } = {}): Promise<Browser> {
  const folder = join(writableCacheFolder(), `chromium-${await packageVersion(root!)}`)
  if (!existsSync(folder)) await unpack(join(root!, 'bin'), folder)
  if (webGpu) await unpackDriver(join(root!, 'bin'), folder)
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    chromiumSandbox: false,
    args: [
      ...(webGpu ? WITH_WEBGPU : ['--disable-gpu']),
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    env: { ...process.env, LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_PATH: folder },
  })
}

const WITH_WEBGPU = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
  '--use-angle=swiftshader',
  '--use-vulkan=swiftshader',
  '--ignore-gpu-blocklist',
  '--in-process-gpu',
]

/** A page opened from a disk, with everything it should not do: errors, warnings, and requests beyond its own file. */
export interface OpenedPage {
  readonly page: Page
  readonly complaints: readonly string[]
}

/** Opens a page of ours in a window of its own. Time stands still where `clock` is set, until the test moves it on. */
export async function openPage(
  browser: Browser,
  html: string,
  options: BrowserContextOptions & { clock?: boolean } = {},
): Promise<OpenedPage> {
  const { clock, ...window } = options
  const context = await browser.newContext({ deviceScaleFactor: 1, ...window })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const folder = await mkdtemp(join(tmpdir(), 'page-'))
  const file = join(folder, 'page.html')
  await writeFile(file, html)
  const address = pathToFileURL(file).href
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('request', (request) => {
    if (request.url() !== address) complaints.push(`request: ${request.url()}`)
  })
  if (clock) {
    // Far ahead: the clock runs until it is told to stop, and on a busy machine that takes a while; it cannot be stopped at a time that is past.
    await page.clock.install({ time: 0 })
    await page.clock.pauseAt(60_000)
  }
  await page.goto(address)
  await rm(folder, { recursive: true })
  return { page, complaints }
}

/** Whole or not at all: into a folder beside it that is then renamed. */
async function unpack(packed: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true })
  const partial = await mkdtemp(`${folder}.partial-`)
  try {
    for (const name of ['al2023.tar.br', 'fonts.tar.br'])
      for (const { header, data } of await unpackTar(await decompressed(join(packed, name)))) {
        if (header.type !== 'file' || !data) continue
        await mkdir(dirname(join(partial, header.name)), { recursive: true })
        await writeFile(join(partial, header.name), data)
      }
    await writeFile(join(partial, 'chromium'), await decompressed(join(packed, 'chromium.br')))
    await chmod(join(partial, 'chromium'), 0o755)
    await rename(partial, folder)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    if (!existsSync(folder)) throw error // else another process won the race, with the same bytes
  }
}

/** Puts the driver beside the browser, where it looks for it; each file whole or not at all. */
async function unpackDriver(packed: string, folder: string): Promise<void> {
  for (const { header, data } of await unpackTar(await decompressed(join(packed, 'swiftshader.tar.br')))) {
    const file = join(folder, basename(header.name))
    if (header.type !== 'file' || !data || existsSync(file)) continue
    const partial = `${file}.partial-${process.pid}`
    await writeFile(partial, data)
    await rename(partial, file)
  }
}

const decompressed = async (path: string) => brotliDecompressSync(await readFile(path))
