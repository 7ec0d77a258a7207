// Tuning results on disk: one file an adapter, in the cache folder. What they were measured with is part of the key, or of each entry.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SignError } from '../../base/errors.js'
import { output, writeWhole } from '../../base/files.js'
import { assembleShader } from '../../device/shader/parts.js'
import type { ShaderSource } from '../../device/shader/source.js'
import { shaderNamed, TUNING_FORMAT, type TunedKernel, type Tuning } from '../../device/tuning.js'
import { cacheFolders, writableCacheFolder } from './paths.js'
import { shaderFromPackage } from './shader_files.js'

/** Where the results of an adapter are read from. SIGNLLM_TUNING names another file. */
export function tuningPath(adapter: string): string {
  const usual = targetPath(adapter)
  if (namedFile() || existsSync(usual)) return usual
  // The folder that comes first may hold results although it cannot be written, as in an image made elsewhere. A temporary one is asked
  // only where it is the one that can be written: what once lay there must not decide for a user who has a folder of his own.
  const [first] = cacheFolders()
  const kept = first === undefined ? usual : join(first, 'tuning', fileName(adapter))
  return existsSync(kept) ? kept : usual
}

function targetPath(adapter: string): string {
  return namedFile() ?? join(writableCacheFolder(), 'tuning', fileName(adapter))
}

function namedFile(): string | undefined {
  const named = process.env.SIGNLLM_TUNING
  return named && named !== 'off' ? named : undefined
}

function fileName(adapter: string): string {
  const readable = adapter
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 48)
  return `${readable}-${hashOf([adapter])}.json`
}

/** Whether SIGNLLM_TUNING=off: kernels are taken as on an adapter that nothing was measured on. */
export const tuningIsOff = (): boolean => process.env.SIGNLLM_TUNING === 'off'

/**
 * Reads results, without those of kernels whose shader files are no longer what was measured. Undefined where there are none, or of
 * another adapter. Throws ERR_DATA for a file that is something else.
 */
export async function readTuning(path: string, adapter: string, shaders: ShaderSource = shaderFromPackage): Promise<Tuning | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SignError('ERR_DATA', path, `wanted tuning results, got ${(cause as Error).message}`, 'Check the path', { cause })
  }
  const tuning = parse(text)
  if (!tuning) {
    const other = /"format":\s*"(signllm tuning \d+)"/.exec(text)?.[1]
    const got = other !== undefined && other !== TUNING_FORMAT ? `those of another version of signllm ('${other}')` : 'something else'
    throw new SignError('ERR_DATA', path, `wanted tuning results, got ${got}`, 'Remove the file, and run signllm tune again')
  }
  return tuning.adapter === adapter ? withoutStale(tuning, shaders) : undefined
}

/**
 * What a new measurement is added to, and where it is written. Whatever is damaged in the cache folder makes way; throws ERR_DATA for a file
 * that SIGNLLM_TUNING names and is something else, which may be dear to somebody.
 */
export async function tuningToExtend(adapter: string): Promise<{ path: string; tuning: Tuning }> {
  const path = targetPath(adapter)
  const known = await readTuning(tuningPath(adapter), adapter).catch(async (error) => {
    if (namedFile()) throw error
    await output(path, 'replace damaged tuning results', () => rm(path, { recursive: true, force: true }))
  })
  return { path, tuning: known ?? { format: TUNING_FORMAT, adapter, kernels: {} } }
}

export function writeTuning(path: string, tuning: Tuning): Promise<void> {
  return writeWhole(path, `${JSON.stringify(tuning, null, 1)}\n`)
}

async function withoutStale(tuning: Tuning, shaders: ShaderSource): Promise<Tuning> {
  const kept = await Promise.all(
    Object.entries(tuning.kernels).map(async ([name, kernel]) => {
      const hash = await hashOfShaders(kernel.files, shaders).catch(() => undefined)
      return hash === kernel.hash ? [[name, kernel] as const] : []
    }),
  )
  return { ...tuning, kernels: Object.fromEntries(kept.flat()) }
}

/** Of the texts of shaders with their parts, in the order given. */
export async function hashOfShaders(names: readonly string[], shaders: ShaderSource): Promise<string> {
  const assembled = await Promise.all(names.map((name) => assembleShader(shaderNamed(name), shaders)))
  return hashOf(assembled.map((lines) => lines.map(({ text }) => text).join('\n')))
}

/** Undefined for anything that would not do as results. */
function parse(text: string): Tuning | undefined {
  try {
    const value = JSON.parse(text) as Tuning
    return value.format === TUNING_FORMAT && Object.values(value.kernels).every(isWhole) ? value : undefined
  } catch {
    return undefined
  }
}

const isWhole = ({ files, shapes }: TunedKernel): boolean =>
  Array.isArray(files) && shapes.every(({ params, shader, constants }) => [params, constants].every(isObject) && typeof shader === 'string')

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

function hashOf(texts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`${text.length}\n`).update(text)
  return hash.digest('hex').slice(0, 16)
}
