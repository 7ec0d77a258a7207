// HDF5 through the optional package h5wasm: loaded when first needed, its errors made ours. No other file imports it.

import { resolve } from 'node:path'
import type { Dataset, File, Group } from 'h5wasm/node'
import { SignError } from '../base/errors.js'

export type Hdf5File = File
export type Hdf5Group = Group
export type Hdf5Dataset = Dataset

let loading: Promise<typeof import('h5wasm/node')> | undefined

async function load(): Promise<typeof import('h5wasm/node')> {
  let h5wasm: typeof import('h5wasm/node')
  try {
    h5wasm = await import('h5wasm/node')
  } catch (cause) {
    const problem = 'wanted the optional package h5wasm, got none'
    throw new SignError('ERR_CONFIG', 'hdf5', problem, 'Install it with `npm install h5wasm`, or choose another format', { cause })
  }
  // Else it prints a stack of C functions and goes on with an invalid handle.
  ;(await h5wasm.ready).activate_throwing_error_handler()
  return h5wasm
}

/**
 * Opens a file of the host for reading, for writing from scratch, or for adding to it. The caller closes it.
 * Throws ERR_DATA naming the path where it is not there or no HDF5 file (ERR_OUTPUT for `w`), ERR_CONFIG where h5wasm is not installed.
 */
export async function openHdf5(path: string, mode: 'r' | 'w' | 'a'): Promise<Hdf5File> {
  loading ??= load()
  const h5wasm = await loading
  const wanted = mode === 'w' ? 'a file that can be written' : 'an HDF5 file'
  return withHdf5(path, wanted, () => new h5wasm.File(resolve(path), mode), mode === 'w' ? 'ERR_OUTPUT' : 'ERR_DATA')
}

/** Runs `work`; whatever the library throws becomes an error of ours that names `who` and what was wanted. */
export function withHdf5<T>(who: string, wanted: string, work: () => T, code: 'ERR_DATA' | 'ERR_OUTPUT' = 'ERR_DATA'): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof SignError) throw cause
    const nextMove = code === 'ERR_DATA' ? 'Check the path, or fetch the file again' : 'Choose a folder you may write to, with room left'
    throw new SignError(code, who, `wanted ${wanted}, got ${reasonOf(cause)}`, nextMove, { cause })
  }
}

/** The library throws its whole stack, outermost function first; the innermost line says why. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  const reasons = [...message.matchAll(/#\d+: .*?\(\): (.*)/g)]
  return reasons.at(-1)?.[1] ?? message.split('\n')[0]!.slice(0, 200)
}
