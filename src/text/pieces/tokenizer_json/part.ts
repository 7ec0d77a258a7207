// The parts of a `tokenizer.json`: each names its type, and each type has settings of its own.

import * as z from 'zod'
import { SignError } from '../../../base/errors.js'

const typed = z.looseObject({ type: z.string() })

/** The type of a part and its settings as they stand. Throws ERR_DATA naming `who` for what is no part. */
export const typeOf = (part: unknown, who: string): string => settingsOf(part, typed, who).type

/** A part's settings in their shape. Throws ERR_DATA naming `who` and what is wrong. */
export function settingsOf<Shape extends z.ZodType>(part: unknown, shape: Shape, who: string): z.output<Shape> {
  const read = shape.safeParse(part)
  if (read.success) return read.data
  const [{ path, message }] = read.error.issues as [z.core.$ZodIssue]
  throw wrong(who, 'settings of the format tokenizer.json', `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`)
}

/** A file that says what cannot be. */
export const wrong = (who: string, wanted: string, got: string): SignError =>
  new SignError('ERR_DATA', who, `wanted ${wanted}, got ${got}`, 'Check that it is the tokenizer.json of the model and was copied whole')

/** A file that says what is not done here; read past, it would give other ids without a word. */
export const unsupported = (who: string, wanted: string, got: string): SignError =>
  new SignError(
    'ERR_DATA',
    who,
    `wanted ${wanted}, got ${got}`,
    'This tokenizer is not supported: take the .model file beside it, if it is a SentencePiece model',
  )
