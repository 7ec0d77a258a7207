// The adapter of last resort: SwiftShader, a Vulkan driver for CPUs, out of the optional npm package @sparticuz/chromium. Nothing has to be
// installed and no environment set: a copy of Dawn is put into a cache folder with SwiftShader beside it under the loader's name, which is
// where Dawn looks first. So each has its driver, the installed Dawn and this one, in any order, at once, and in worker threads too, whose
// environment does not reach the C library.

import { createHash, randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { unpackTar } from 'modern-tar'
import { makeFolders } from '../../base/make_folders.js'
import { once } from '../../base/once.js'
import { type Dawn, dawnIn } from './dawn.js'
import { cacheFolders, packageFolder, packageVersion } from './paths.js'

/** What was taken from npm to make the embedded adapter. */
interface Packages {
  readonly dawn: string
  readonly chromium: string
}

export interface EmbeddedDawn {
  readonly dawn: Dawn
  readonly folder: string
  /** Why it is not where it was first to be. */
  readonly notes: readonly string[]
}

/**
 * Dawn on the embedded driver, unpacked if need be, whatever state its cache folder is in; in a temporary folder where that one does not do.
 * Undefined where the package is absent or the platform is not linux x64. Throws the last folder's reason where none does.
 */
export async function embeddedDawn(): Promise<EmbeddedDawn | undefined> {
  const packages = embeddedPackages()
  if (!packages) return undefined
  const name = `swiftshader-${await packageVersion(packages.chromium)}-dawn-${await packageVersion(packages.dawn)}`
  const problems: string[] = []
  let reason: unknown = new Error('no folder to unpack it to')
  for (const cache of cacheFolders()) {
    const folder = join(cache, name)
    try {
      const dawn = await once(loaded, folder, () => load(folder, packages))
      return { dawn, folder, notes: problems.map((problem) => `${problem}, so it is in ${folder}`) }
    } catch (error) {
      loaded.delete(folder) // whoever asks again may find what was in the way gone
      reason = error
      problems.push(`the bundled driver cannot be stored in ${folder} (${(error as Error).message.split('\n')[0]})`)
    }
  }
  throw reason
}

const loaded = new Map<string, Promise<Dawn>>()

async function load(folder: string, packages: Packages): Promise<Dawn> {
  await makeWhole(folder, packages)
  return dawnIn(folder)
}

function embeddedPackages(): Packages | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const [dawn, chromium] = [packageFolder('webgpu'), packageFolder('@sparticuz/chromium')]
  return dawn !== undefined && chromium !== undefined ? { dawn, chromium } : undefined
}

const COPIES = ['package.json', 'index.js', 'dist/linux-x64/dawn.node']
const DRIVER = 'dist/linux-x64/libvulkan.so.1'
const DRIVER_SUM = `${DRIVER}.sha256`

/** Leaves `folder` with every file as it is in the packages. Reads only, where it is so already. */
async function makeWhole(folder: string, packages: Packages): Promise<void> {
  for (const name of COPIES) {
    const wanted = await readFile(join(packages.dawn, name))
    if (!(await contents(join(folder, name)))?.equals(wanted)) await replaceFile(join(folder, name), wanted)
  }
  const [driver, sum] = await Promise.all([contents(join(folder, DRIVER)), contents(join(folder, DRIVER_SUM))])
  if (driver && sum?.toString() === sumLine(driver)) return
  const unpacked = await unpackDriver(join(packages.chromium, 'bin', 'swiftshader.tar.br'))
  await replaceFile(join(folder, DRIVER), unpacked)
  await replaceFile(join(folder, DRIVER_SUM), sumLine(unpacked))
}

/** As `sha256sum` writes it. */
const sumLine = (driver: Uint8Array): string => `${createHash('sha256').update(driver).digest('hex')}  ${basename(DRIVER)}\n`

/** Undefined where there is no such file, or none that may be read: it is then replaced. */
const contents = (path: string): Promise<Buffer | undefined> => readFile(path).catch(() => undefined)

// By renaming, never by writing into a file that is there: another process may have it mapped, and would end without a word.
async function replaceFile(path: string, data: Uint8Array | string): Promise<void> {
  makeFolders(dirname(path))
  const partial = `${path}.partial-${randomUUID()}`
  try {
    await writeFile(partial, data)
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
}

async function unpackDriver(archive: string): Promise<Uint8Array> {
  const entries = await unpackTar(brotliDecompressSync(await readFile(archive)))
  const driver = entries.find(({ header }) => basename(header.name) === 'libvk_swiftshader.so')?.data
  if (!driver) throw new Error(`${archive} holds no libvk_swiftshader.so`)
  return driver
}
