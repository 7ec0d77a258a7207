// `shards.json`: what all clips of a packed corpus have in common, and which parts it is made of. It is written when packing begins and again when it ends, so that
// what is being packed is told from what is whole, and packing another source adds to it.

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import { SignError } from '../../base/errors.js'
import { writeWhole } from '../../base/files.js'
import { readTextIfThere } from '../../base/text_file.js'
import { layoutNames } from '../../motion/layout/layout.js'
import { fileRecordSchema } from '../checksum.js'
import { storages } from './storage.js'

const partSchema = z.strictObject({
  /** What its files are called: `<name>.jsonl`, `<name>.0.safetensors` and so on. */
  name: z.string().min(1),
  clips: z.int().nonnegative(),
  frames: z.int().nonnegative(),
  /** The file of its index, in which the checksums of its shards are. */
  index: fileRecordSchema,
})

const schema = z.strictObject({
  format: z.literal('signllm-shards'),
  version: z.literal(1),
  /** What the numbers of a frame are, and their scale. */
  layout: z.enum(layoutNames),
  scale: z.string(),
  storage: z.enum(storages),
  /** Frames a second that all clips were brought to; null: each has that of its video. */
  fps: z.number().positive().nullable(),
  /** Under which terms the clips may be used; null where nobody told. */
  licence: z.string().nullable(),
  /** The parts that are whole, in the order of their names. */
  parts: z.array(partSchema),
})

/** `shards.json` of a packed corpus. */
export type ShardManifest = z.infer<typeof schema>
export type ShardPart = ShardManifest['parts'][number]

export const manifestPath = (folder: string): string => join(folder, 'shards.json')

/** The manifest of a folder; undefined where there is none. Throws ERR_DATA naming the file and the first wrong field. */
export async function readShardManifest(folder: string): Promise<ShardManifest | undefined> {
  const path = manifestPath(folder)
  const text = await readTextIfThere(path, { nextMove: 'Check its permissions' })
  if (text === undefined) return undefined
  const again = 'Pack the corpus again with --overwrite'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SignError('ERR_DATA', path, `wanted JSON, got ${(cause as Error).message}`, again, { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new SignError('ERR_DATA', path, `wanted what data pack writes, got a wrong '${issue.path.join('.')}' (${issue.message})`, again)
}

/** Writes a manifest, its keys in one order whoever made it. Throws ERR_OUTPUT where it cannot be written. */
export const writeShardManifest = (folder: string, manifest: ShardManifest): Promise<void> =>
  writeWhole(manifestPath(folder), `${JSON.stringify(schema.parse(manifest), null, 2)}\n`)

/** The manifest of a corpus that can be read. Throws ERR_DATA where nothing was packed there, or not to the end. */
export async function packedManifest(folder: string): Promise<ShardManifest> {
  const manifest = await readShardManifest(folder)
  if (manifest && manifest.parts.length > 0) return manifest
  const got = manifest ? 'one that is not packed to its end' : 'no shards.json'
  const nextMove = manifest ? 'Run the same signllm data pack again: it goes on' : 'Check the path, or make one with signllm data pack'
  throw new SignError('ERR_DATA', folder, `wanted the folder of a packed corpus, got ${got}`, nextMove)
}

/** 16 hexadecimal digits that are the same for the same clips in the same order. */
export function manifestChecksum({ parts }: ShardManifest): string {
  const hash = createHash('sha256')
  for (const { name, index } of parts) hash.update(`${name} ${index.sha256}\n`)
  return hash.digest('hex').slice(0, 16)
}
