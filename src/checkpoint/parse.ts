// A checkpoint out of memory or a Blob: without files, as in a browser.

import { parseSafetensors, readTensors } from '../formats/safetensors/parse.js'
import { type Checkpoint, checkpointOf } from './checkpoint.js'
import { type GlossCheckpoint, glossCheckpoint } from './text_to_gloss.js'
import { type PoseCheckpoint, poseCheckpoint } from './text_to_pose.js'

/** A whole file in memory, or what the browser has of one. */
export type CheckpointBytes = Uint8Array | ArrayBuffer | Blob

/**
 * Reads a checkpoint of any task. The bytes are copied, and may be reused.
 *
 * @param name for messages; default: a File's own name, or `checkpoint`
 * @throws ERR_CHECKPOINT for one that is cut short, damaged, of another format, or with a number that is not finite
 */
export async function parseCheckpoint(source: CheckpointBytes, name = nameOf(source)): Promise<Checkpoint> {
  const file =
    source instanceof Blob
      ? await readTensors({ size: source.size, read: (begin, length) => bytesOf(source.slice(begin, begin + length)) }, name)
      : parseSafetensors(new Uint8Array(source), name)
  return checkpointOf(file, name)
}

/** Reads a text-to-pose model. Throws as {@link parseCheckpoint}, and ERR_CHECKPOINT for a model of another task. */
export async function parsePoseCheckpoint(source: CheckpointBytes, name?: string): Promise<PoseCheckpoint> {
  return poseCheckpoint(await parseCheckpoint(source, name))
}

/** Reads a text-to-gloss model. Throws as {@link parseCheckpoint}, and ERR_CHECKPOINT for a model of another task. */
export async function parseGlossCheckpoint(source: CheckpointBytes, name?: string): Promise<GlossCheckpoint> {
  return glossCheckpoint(await parseCheckpoint(source, name))
}

async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.arrayBuffer())
}

/** A File is a Blob with a name. */
function nameOf(source: CheckpointBytes): string {
  const { name } = source as { readonly name?: unknown }
  return typeof name === 'string' ? name : 'checkpoint'
}
