// Opening an adapter in a process of its own, as a user's would be: what a library leaves in a process, and what Dawn writes to stderr, can be
// seen in no other way.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { unpackTar } from 'modern-tar'
import { packageFolder } from './paths.js'

export interface Outcome {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  /** Replaces variables; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly uid?: number
}

/** Runs Node with TypeScript. Variables that name drivers, adapters and tuning are not inherited. */
export function runNode(args: readonly string[], { env = {}, cwd, uid }: Surroundings = {}): Promise<Outcome> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VK_|LP_|SIGNLLM_ADAPTER|SIGNLLM_TUNING|VITEST)/.test(name))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
      env: { ...Object.fromEntries(inherited), ...env },
      ...(cwd !== undefined && { cwd }),
      ...(uid !== undefined && { uid, gid: uid }),
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text) => (stdout += text))
    child.stderr.on('data', (text) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }))
  })
}

/** Runs a module's text that finds `openGpu` and `say`, which prints a JSON line; its lines come back read. */
export async function runOpening(body: string, surroundings: Surroundings = {}): Promise<{ said: unknown[]; outcome: Outcome }> {
  const head = `import { openGpu } from './src/platform/node/open.ts'
const say = (value) => console.log(JSON.stringify(value))
const opened = async (adapter) => {
  try {
    const { gpu, report } = await openGpu({ adapter })
    await gpu.destroy()
    return [report.chosen, report.name.split('-')[0]]
  } catch (error) {
    return [error.code ?? error.stack]
  }
}
`
  const outcome = await runNode(['--input-type=module', '-e', `${head}${body}\nprocess.exit()`], surroundings)
  return {
    said: outcome.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown),
    outcome,
  }
}

/** Whether the embedded driver, whose archive these tests take a loader and a driver from, is here. */
export const haveEmbedded = process.platform === 'linux' && process.arch === 'x64' && packageFolder('@sparticuz/chromium') !== undefined

/**
 * Puts a Vulkan loader that the linker finds into a folder, as a system would have it: with SwiftShader as its one driver, with none, or
 * broken. Returns the environment that makes it the system's.
 */
export async function systemLoader(folder: string, kind: 'driver' | 'no driver' | 'none'): Promise<Record<string, string>> {
  await mkdir(folder, { recursive: true })
  const archive = readFileSync(join(packageFolder('@sparticuz/chromium')!, 'bin', 'swiftshader.tar.br'))
  const entries = await unpackTar(brotliDecompressSync(archive))
  for (const { header, data } of entries) if (data) await writeFile(join(folder, header.name.split('/').at(-1)!), data)
  if (kind === 'none') await writeFile(join(folder, 'libvulkan.so.1'), '')
  const icd = kind === 'driver' ? join(folder, 'vk_swiftshader_icd.json') : join(folder, 'none.json')
  return { LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: icd, VK_ICD_FILENAMES: icd }
}
