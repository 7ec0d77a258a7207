// The key `tokens` of tasks that read or write text: how it is cut, by words or by a tokenizer's file.

import * as z from 'zod'
import { layouts } from '../../text/pieces/layouts.js'
import { tokenPolicies } from '../../text/tokenise.js'
import { text } from './parts.js'
import { chosen, keys } from './schema.js'

const policy = z.enum(tokenPolicies)

const tokenizerFile = keys({
  /** A `tokenizer.json` or a SentencePiece `.model`. */
  file: text,
  /** Of a `.model`: whose ids its pieces get. Default: the file's own. */
  layout: z.enum(layouts).exactOptional(),
  /** Of the layout `mbart`: the language of the text, such as `de_DE`. */
  language: text.exactOptional(),
})

const path = text.transform((file): z.output<typeof tokenizerFile> => ({ file }))

/** A policy's name, a tokenizer's path, which ends in `.json` or `.model`, or the path with what else there is to say of it. */
export const textTokens = chosen((value) => {
  if (typeof value === 'object' && value !== null) return tokenizerFile
  return typeof value === 'string' && /\.(json|model)$/.test(value) ? path : policy
})

export type TextTokens = z.output<typeof textTokens>
