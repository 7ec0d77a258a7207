// The manifest beside a corpus we wrote: what the line-aligned files themselves cannot say.

import * as z from 'zod'
import { SignError } from '../../base/errors.js'
import { writeWhole } from '../../base/files.js'
import { readTextIfThere } from '../../base/text_file.js'
import { layoutNames } from '../../motion/layout/layout.js'
import { fileRecord, fileRecordSchema } from '../checksum.js'

const said = {
  format: z.literal('signllm-corpus'),
  /** Language tags, sorted. */
  languages: z.array(z.string().min(1)).min(1),
  fps: z.number().positive(),
  /** What the numbers of a frame are; absent: the 50 joints. */
  layout: z.enum(layoutNames).exactOptional(),
  normalisation: z.string(),
  counter: z.string(),
  /** Clips of each language. */
  clips: z.record(z.string(), z.number().int().nonnegative()),
  /** Frames in all. */
  frames: z.number().int().nonnegative(),
}

// Whether it is a manifest at all comes before which one.
const manifestSchema = z.looseObject({ format: said.format }).pipe(
  z.discriminatedUnion('version', [
    z.object({ ...said, version: z.literal(1) }),
    z.object({
      ...said,
      version: z.literal(2),
      /** Under which terms the clips may be used, as their source tells; null where nobody told. */
      licence: z.string().nullable(),
      /** How the corpus was made: a command, a source, in words. */
      made: z.string(),
      /** The files beside the manifest by their endings, e.g. `skels`, as they were written. */
      files: z.record(z.string().regex(/^[a-z_]+$/), fileRecordSchema),
    }),
  ]),
)

/** `<prefix>.json` of a corpus. Version 1 knew nothing of files, licence and making. */
export type CorpusManifest = z.infer<typeof manifestSchema>
/** As it is written today. */
export type CurrentManifest = Extract<CorpusManifest, { version: 2 }>

/** Every companion a `.skels` file may have, in the order they are listed. */
export const companionEndings = ['text', 'gloss', 'files', 'lang', 'prompt', 'lang_gloss'] as const

/** Writes a manifest. Throws ERR_OUTPUT where `path` cannot be written. */
export async function writeManifest(path: string, manifest: CurrentManifest): Promise<void> {
  await writeWhole(path, `${JSON.stringify(manifest, null, 2)}\n`)
}

/** The records of those of a corpus's files that exist, by ending. */
export async function recordFiles(prefix: string, endings: readonly string[]): Promise<CurrentManifest['files']> {
  const files: CurrentManifest['files'] = {}
  for (const ending of endings) {
    const record = await fileRecord(`${prefix}.${ending}`)
    if (record) files[ending] = record
  }
  return files
}

/** Notes companions written after the corpus in its manifest, so that they are vouched for too. Leaves a corpus without a manifest of version 2 as it is. */
export async function noteCompanions(prefix: string, endings: readonly (typeof companionEndings)[number][]): Promise<void> {
  const manifest = await readManifest(`${prefix}.json`)
  if (manifest?.version !== 2) return
  await writeManifest(`${prefix}.json`, { ...manifest, files: { ...manifest.files, ...(await recordFiles(prefix, endings)) } })
}

/** Reads a manifest; undefined where there is none, or a file of another kind. Throws ERR_DATA naming the file and the first wrong field. */
export async function readManifest(path: string): Promise<CorpusManifest | undefined> {
  const text = await readTextIfThere(path, { nextMove: 'Check its permissions' })
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SignError('ERR_DATA', path, `wanted JSON, got ${(cause as Error).message}`, 'Write the corpus anew, or delete the manifest', {
      cause,
    })
  }
  const parsed = manifestSchema.safeParse(value)
  if (parsed.success) return parsed.data
  // A motion as JSON may stand beside the same motion as .skels.
  if (isMotion(value)) return undefined
  const issue = parsed.error.issues[0]!
  const problem = `wanted a signllm-corpus manifest, got a wrong '${issue.path.join('.')}' (${issue.message})`
  throw new SignError('ERR_DATA', path, problem, 'Write the corpus anew, or delete the manifest')
}

/** Whether JSON is a motion's, as `signllm generate` writes it. */
const isMotion = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'format' in value && String(value.format).startsWith('signllm-motion-')
