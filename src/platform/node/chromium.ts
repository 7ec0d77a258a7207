// A headless browser without anything of the system: the Chromium that the optional package @sparticuz/chromium holds; the libraries and the font
// it links are packed beside it. The package's own way of unpacking races between processes; this one does not.

import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { unpackTar } from 'modern-tar'
import type { Browser } from 'playwright-core'
import { writeWhole } from '../../base/files.js'
import { optionalPackage } from '../../base/optional.js'
import { packageFolder, packageVersion, writableCacheFolder } from './paths.js'

const root = process.platform === 'linux' && process.arch === 'x64' ? packageFolder('@sparticuz/chromium') : undefined

/** Why there is no browser; empty where there is one. */
export const noBrowser = root ? '' : 'no browser: @sparticuz/chromium is not installed, or this is not linux x64'

/**
 * Starts the browser, unpacked first where this is the first time. Throws ERR_CONFIG where playwright-core, which drives it, is not installed.
 *
 * @param webGpu with WebGPU and WebGL on SwiftShader; otherwise without any GPU
 */
export async function launchBrowser({ webGpu = false } = {}): Promise<Browser> {
  const { chromium } = await optionalPackage('playwright-core', 'headless browser', () => import('playwright-core'))
  const folder = join(writableCacheFolder(), `chromium-${await packageVersion(root!)}`)
  if (!existsSync(folder)) await unpack(join(root!, 'bin'), folder)
  if (webGpu) await unpackDriver(join(root!, 'bin'), folder)
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    chromiumSandbox: false,
    // Whoever was asked to end keeps first what is done; the browser ends with this process in any case.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      ...(webGpu ? WITH_WEBGPU : ['--disable-gpu']),
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    env: { ...process.env, LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_FILE: await fontsOf(folder) },
  })
}

/** Tells fontconfig of the fonts beside the browser: what the package has to say names folders of a machine of its own. A browser without any ends at its first word. */
async function fontsOf(folder: string): Promise<string> {
  const file = join(folder, 'fonts-beside.conf')
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${inMarkup(join(folder, 'fonts'))}</dir><cachedir>${inMarkup(join(folder, 'fonts-cache'))}</cachedir></fontconfig>
`
  if ((await readFile(file, 'utf8').catch(() => '')) !== text) await writeWhole(file, text)
  return file
}

const inMarkup = (path: string): string => path.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const WITH_WEBGPU = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
  '--use-angle=swiftshader',
  '--use-vulkan=swiftshader',
  '--ignore-gpu-blocklist',
  '--in-process-gpu',
]

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
