// A model as Hugging Face publishes it: a folder of safetensors files and a configuration, named by the folder or by one of them.

import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { refusedInput } from '../../base/system_errors.js'
import { badCheckpoint } from './types.js'

/** What the weights are called, in one file or in several with an index. */
const WEIGHTS = ['model.safetensors', 'model.safetensors.index.json'] as const

export interface ModelFiles {
  /** What `readSafetensorsOrIndex` reads. */
  readonly weights: string
  /** The configuration beside it, whether it is there or not. */
  readonly config: string
}

/** The files of a model that a path names. Throws ERR_CHECKPOINT for a path that is not there, and a folder without weights. */
export async function modelFiles(path: string): Promise<ModelFiles> {
  const weights = (await isFolder(path)) ? await weightsIn(path) : path
  return { weights, config: join(dirname(weights), 'config.json') }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    throw refusedInput(path, 'read a model', cause as NodeJS.ErrnoException, 'ERR_CHECKPOINT')
  }
}

async function weightsIn(folder: string): Promise<string> {
  for (const file of WEIGHTS) {
    const there = await stat(join(folder, file)).catch(() => undefined)
    if (there?.isFile()) return join(folder, file)
  }
  throw badCheckpoint(folder, `wanted ${WEIGHTS.join(' or ')} in it, got neither`, 'Fetch all the files of the model')
}
