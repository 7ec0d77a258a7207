// HDF5 through the optional package h5wasm: loaded when first needed, its errors made ours. No other file imports it.

import { resolve } from 'node:path'
import type { Dataset, File, Group } from 'h5wasm/node'
import { SignError } from '../base/errors.js'

export type Hdf5File = File
export type Hdf5Group = Group
export type Hdf5Dataset = Dataset

type Library = typeof import('h5wasm/node')
let loading: Promise<Library> | undefined

/** What the library has complained of since it was last asked. */
let complaints = ''

async function load(): Promise<Library> {
  let h5wasm: Library
  try {
    h5wasm = await import('h5wasm/node')
  } catch (cause) {
    const problem = 'wanted the optional package h5wasm, got none'
    throw new SignError('ERR_CONFIG', 'hdf5', problem, 'Install it with `npm install h5wasm`, or choose another format', { cause })
  }
  listen(await h5wasm.ready)
  return h5wasm
}

/**
 * h5wasm drops most of HDF5's own status codes: a failed read gives what was in memory before, a failed write is not noticed. Its throwing error handler would tell,
 * but jumps out of the C library and leaves files open in it, whose old content is then found again under the same name. So we read what HDF5 prints: it
 * prints a stack for every call that fails, and nothing else.
 */
function listen(module: Awaited<Library['ready']>): void {
  const stream = (module.FS as unknown as { getStream?: (fd: number) => object | null }).getStream?.(2)
  if (!stream) throw new SignError('ERR_CONFIG', 'hdf5', 'wanted h5wasm 0.10, got one without a stream of errors', 'Install that version')
  const write = (_: unknown, bytes: Uint8Array, from: number, length: number): number => {
    complaints += Buffer.from(bytes.subarray(from, from + length)).toString('latin1')
    return length
  }
  Object.assign(stream, { stream_ops: { write }, node: { mode: 0 } })
}

/**
 * Opens a file of the host for reading, for writing from scratch, or for adding to it. The caller closes it, with {@link closeHdf5}.
 * Throws ERR_DATA naming the path where it is not there or no HDF5 file (ERR_OUTPUT for `w`), ERR_CONFIG where h5wasm is not installed.
 */
export async function openHdf5(path: string, mode: 'r' | 'w' | 'a'): Promise<Hdf5File> {
  loading ??= load()
  const h5wasm = await loading
  const wanted = mode === 'w' ? 'a file that can be written' : 'an HDF5 file'
  return withHdf5(path, wanted, () => new h5wasm.File(resolve(path), mode), mode === 'w' ? 'ERR_OUTPUT' : 'ERR_DATA')
}

/** Closes a file. Throws ERR_OUTPUT naming it where what was written to it is lost, ERR_DATA where it was only read. */
export function closeHdf5(file: Hdf5File): void {
  withHdf5(file.filename, 'to close the file', () => file.close(), file.mode === 'r' ? 'ERR_DATA' : 'ERR_OUTPUT')
}

/** Runs `work`; whatever the library throws or complains of becomes an error of ours that names `who` and what was wanted. */
export function withHdf5<T>(who: string, wanted: string, work: () => T, code: 'ERR_DATA' | 'ERR_OUTPUT' = 'ERR_DATA'): T {
  complaints = ''
  const [result, cause] = attempt(work)
  if (cause instanceof SignError) throw cause
  if (cause === undefined && complaints === '') return result as T
  const nextMove = code === 'ERR_DATA' ? 'Check the path, or fetch the file again' : 'Choose a folder you may write to, with room left'
  throw new SignError(code, who, `wanted ${wanted}, got ${reasonOf(complaints, cause)}`, nextMove, { cause })
}

function attempt<T>(work: () => T): [T | undefined, unknown] {
  try {
    return [work(), undefined]
  } catch (cause) {
    return [undefined, cause ?? 'an unknown failure']
  }
}

/** Of a stack, outermost function first, the innermost line says why. */
function reasonOf(stack: string, cause: unknown): string {
  const first = stack.split('HDF5-DIAG').find((part) => part.includes('#000'))
  const reasons = [...(first ?? '').matchAll(/#\d+: .*?\(\): (.*)/g)]
  return reasons.at(-1)?.[1] ?? (cause instanceof Error ? cause.message : String(cause ?? stack)).split('\n')[0]!.slice(0, 200)
}
