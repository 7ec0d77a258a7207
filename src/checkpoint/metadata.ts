// The JSON in a checkpoint's metadata.

import * as z from 'zod'
import { SignError } from '../base/errors.js'

/** What the metadata says, before anything of it is checked against a task. */
export interface SavedContent {
  readonly task: string
  readonly model: unknown
  readonly vocabularies: Readonly<Record<string, unknown>>
  readonly pieces?: Readonly<Record<string, unknown>> | undefined
  readonly normalisation?: unknown
  readonly state?: unknown
  /** Of a model file: what it says of itself. */
  readonly card?: unknown
  /** Of a model file: SHA-256 of its tensors. */
  readonly digests?: unknown
  /** Of a model file: other models in it, by what they are for. */
  readonly others?: Readonly<Record<string, SavedContent>> | undefined
}

/** Of another model in a model file. */
const savedOther = z.strictObject({
  task: z.string(),
  model: z.unknown(),
  vocabularies: z.record(z.string(), z.unknown()),
  pieces: z.record(z.string(), z.unknown()).exactOptional(),
  normalisation: z.unknown().optional(),
})

/** What the metadata of a file of the present format says. Throws ERR_CHECKPOINT for what is lacking or no JSON. */
export function presentFormat(
  { task, model, vocabularies, pieces, normalisation, state, card, digests, others }: Readonly<Record<string, string>>,
  path: string,
): SavedContent {
  if (task === undefined || model === undefined || vocabularies === undefined) {
    const lacking = Object.entries({ task, model, vocabularies }).find(([, text]) => text === undefined)![0]
    throw new SignError('ERR_CHECKPOINT', path, `wanted '${lacking}' in the metadata, got none`, 'Save the checkpoint again')
  }
  return {
    task,
    model: parseJson(model, path),
    vocabularies: parsedAs(z.record(z.string(), z.unknown()), parseJson(vocabularies, path), 'vocabularies by name', path),
    ...(pieces !== undefined && {
      pieces: parsedAs(z.record(z.string(), z.unknown()), parseJson(pieces, path), 'tokenizers by name', path),
    }),
    normalisation: normalisation === undefined ? undefined : parseJson(normalisation, path),
    state: state === undefined ? undefined : parseJson(state, path),
    ...(card !== undefined && { card: parseJson(card, path) }),
    ...(digests !== undefined && { digests: parseJson(digests, path) }),
    ...(others !== undefined && {
      others: parsedAs(z.record(z.string().regex(/^[a-z-]+$/), savedOther), parseJson(others, path), 'other models by name', path),
    }),
  }
}

/** Throws ERR_CHECKPOINT where the text is no JSON. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const problem = `wanted JSON in the metadata, got ${(cause as Error).message}`
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Save the checkpoint again', { cause })
  }
}

/** `value` as the schema has it. Throws ERR_CHECKPOINT saying that `wanted` was wanted, and where the value is another. */
export function parsedAs<T>(schema: z.ZodType<T>, value: unknown, wanted: string, path: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problem = `wanted ${wanted}, got ${z.prettifyError(parsed.error).replace(/\s+/g, ' ')}`
  throw new SignError('ERR_CHECKPOINT', path, problem, 'Save the checkpoint again')
}
