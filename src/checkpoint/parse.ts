// A checkpoint out of memory, a Blob, or from an address: without files, as in a browser.

import { SignError } from '../base/errors.js'
import { telling } from '../base/progress.js'
import { shown } from '../base/shown.js'
import { parseSafetensors, readTensors } from '../formats/safetensors/parse.js'
import type { TensorFile } from '../formats/safetensors/types.js'
import { addressName, bytesOf, type ReadingOptions, urlSource, watched } from '../formats/safetensors/url.js'
import { type Checkpoint, checkpointOf } from './checkpoint.js'
import { promptsOf } from './model_file.js'
import { type GlossCheckpoint, glossCheckpoint } from './text_to_gloss.js'
import { type PoseCheckpoint, poseCheckpoint } from './text_to_pose.js'

/** A whole file in memory, what the browser has of one, or where it is. */
export type CheckpointBytes = Uint8Array | ArrayBuffer | Blob | URL

/** How a checkpoint is read. */
export interface ReadCheckpointOptions extends ReadingOptions {
  /** For messages. Default: the address, a File's own name, or `checkpoint`. */
  readonly name?: string | undefined
}

/**
 * Reads a checkpoint of any task. The bytes are copied, and may be reused. Of a file behind an address only ranges are asked for, where its server knows them.
 *
 * @param how a name for messages, or all that can be said
 * @throws ERR_USAGE for what is neither address nor bytes; ERR_CHECKPOINT for one that is cut short, damaged, of another format, or with a number that is not finite, or that cannot be fetched;
 * the signal's reason where it is aborted
 */
export async function parseCheckpoint(source: CheckpointBytes | string, how: string | ReadCheckpointOptions = {}): Promise<Checkpoint> {
  const { name, ...options } = typeof how === 'string' ? { name: how } : how
  checkSource(source)
  options.signal?.throwIfAborted()
  const who = name ?? nameOf(source)
  return checkpointOf(await tensorsFrom(source, options, who), who)
}

/** Reads a text-to-pose model. Throws as {@link parseCheckpoint}, and ERR_CHECKPOINT for a model of another task. */
export async function parsePoseCheckpoint(source: CheckpointBytes | string, how?: string | ReadCheckpointOptions): Promise<PoseCheckpoint> {
  return poseCheckpoint(await parseCheckpoint(source, how))
}

/** Reads a text-to-gloss model, also out of a model file that holds one to read prompts with. Throws as {@link parsePoseCheckpoint}. */
export async function parseGlossCheckpoint(
  source: CheckpointBytes | string,
  how?: string | ReadCheckpointOptions,
): Promise<GlossCheckpoint> {
  return glossCheckpoint(promptsOf(await parseCheckpoint(source, how)))
}

async function tensorsFrom(source: CheckpointBytes | string, options: ReadingOptions, who: string): Promise<TensorFile> {
  if (typeof source === 'string' || source instanceof URL) return readTensors(await urlSource(source, options), who)
  if (source instanceof Blob) {
    const read = async (begin: number, length: number) => new Uint8Array(await source.slice(begin, begin + length).arrayBuffer())
    return readTensors(watched({ size: source.size, read }, options), who)
  }
  const file = parseSafetensors(new Uint8Array(source), who)
  telling(options.onProgress, bytesOf(source.byteLength))(source.byteLength)
  return file
}

/** Throws ERR_USAGE for what nothing can be read from: code without types hands over a setting that is not set, or a promise. */
export function checkSource(source: unknown): void {
  const kind = Object.prototype.toString.call(source).slice('[object '.length, -1)
  if (kind === 'String' ? source !== '' : ['Uint8Array', 'ArrayBuffer', 'Blob', 'File', 'URL'].includes(kind)) return
  const problem = `wanted a path, an address, bytes or a Blob, got ${source === '' ? 'an empty name' : shown(source)}`
  throw new SignError('ERR_USAGE', 'model', problem, 'Say where the model is')
}

/** A File is a Blob with a name. */
function nameOf(source: CheckpointBytes | string): string {
  if (typeof source === 'string' || source instanceof URL) return addressName(source)
  const { name } = source as { readonly name?: unknown }
  return typeof name === 'string' ? name : 'checkpoint'
}
