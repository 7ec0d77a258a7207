// Checkpoints as files. The only one of this folder that knows a disk.

import { writeWhole } from '../base/files.js'
import { localPath, readSafetensors } from '../formats/safetensors/file.js'
import type { SignModel } from '../model/sign_model.js'
import type { GlossModel } from '../model/text_to_gloss.js'
import { type Checkpoint, type CheckpointContent, checkpointOf, checkpointPieces } from './checkpoint.js'
import { promptsOf } from './model_file.js'
import { type CheckpointBytes, checkSource, parseCheckpoint, type ReadCheckpointOptions } from './parse.js'
import { type GlossCheckpoint, glossCheckpoint, glossContent } from './text_to_gloss.js'
import { type PoseCheckpoint, poseCheckpoint, poseContent } from './text_to_pose.js'

/** A path, an address such as `https://…` or `file://…`, or what is read already. */
export type CheckpointSource = string | CheckpointBytes

/**
 * Reads a checkpoint of any task, of this or an older version, or a model file.
 *
 * @param how a name for messages, or all that can be said
 * @throws ERR_USAGE for what is no source; ERR_CHECKPOINT for one that cannot be read, is cut short, damaged, of another format, or with a number that is not finite; the signal's
 * reason where it is aborted
 */
export async function readCheckpoint(source: CheckpointSource, how: string | ReadCheckpointOptions = {}): Promise<Checkpoint> {
  checkSource(source)
  const path = source instanceof URL || typeof source === 'string' ? localPath(source) : undefined
  if (path === undefined) return parseCheckpoint(source, how)
  const { name = path, ...options } = typeof how === 'string' ? { name: how } : how
  return checkpointOf(await readSafetensors(path, options), name)
}

/** Saves a checkpoint of any task, whole or not at all. Throws ERR_OUTPUT, and ERR_DIVERGED for numbers that are not finite. */
export async function saveCheckpoint(path: string, content: CheckpointContent): Promise<void> {
  await writeWhole(path, checkpointPieces(content, path))
}

/** Reads a text-to-pose model. Throws as {@link readCheckpoint}, and ERR_CHECKPOINT for a model of another task. */
export async function readPoseCheckpoint(source: CheckpointSource, how?: string | ReadCheckpointOptions): Promise<PoseCheckpoint> {
  return poseCheckpoint(await readCheckpoint(source, how))
}

/** Saves a text-to-pose model; with `state`, the optimiser's moments too. Throws as {@link saveCheckpoint}. */
export async function savePoseCheckpoint(path: string, model: SignModel, state?: unknown): Promise<void> {
  await saveCheckpoint(path, await poseContent(path, model, state))
}

/** Reads a text-to-gloss model, also out of a model file that holds one to read prompts with. Throws as {@link readPoseCheckpoint}. */
export async function readGlossCheckpoint(source: CheckpointSource, how?: string | ReadCheckpointOptions): Promise<GlossCheckpoint> {
  return glossCheckpoint(promptsOf(await readCheckpoint(source, how)))
}

/** Saves a text-to-gloss model; with `state`, the optimiser's moments too. Throws as {@link saveCheckpoint}. */
export async function saveGlossCheckpoint(path: string, model: GlossModel, state?: unknown): Promise<void> {
  await saveCheckpoint(path, await glossContent(model, state))
}
