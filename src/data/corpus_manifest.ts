// The manifest beside a corpus we wrote: what the line-aligned files themselves cannot say.

import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { SignError } from '../base/errors.js'

const manifestSchema = z.object({
  format: z.literal('signllm-corpus'),
  version: z.literal(1),
  /** Language tags, sorted. */
  languages: z.array(z.string().min(1)).min(1),
  fps: z.number().positive(),
  normalisation: z.string(),
  counter: z.string(),
  /** Clips of each language. */
  clips: z.record(z.string(), z.number().int().nonnegative()),
  /** Frames in all. */
  frames: z.number().int().nonnegative(),
})

/** `<prefix>.json` of a corpus. */
export type CorpusManifest = z.infer<typeof manifestSchema>

/** Reads a manifest; undefined where there is none. Throws ERR_DATA naming the file and the first wrong field. */
export async function readManifest(path: string): Promise<CorpusManifest | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SignError('ERR_DATA', path, `wanted a readable file, got ${(cause as Error).message}`, 'Check its permissions', { cause })
  }
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
  const issue = parsed.error.issues[0]!
  const problem = `wanted a signllm-corpus manifest, got a wrong '${issue.path.join('.')}' (${issue.message})`
  throw new SignError('ERR_DATA', path, problem, 'Write the corpus anew, or delete the manifest')
}
