// The `post_processor` of a `tokenizer.json`: which special tokens the library puts around a text.

import * as z from 'zod'
import { settingsOf, typeOf, unsupported, wrong } from './part.js'

/** Ids before and after those of the text. */
export interface Template {
  readonly before: readonly number[]
  readonly after: readonly number[]
}

const special = z.strictObject({ SpecialToken: z.looseObject({ id: z.string() }) })
const text = z.strictObject({ Sequence: z.looseObject({ id: z.enum(['A', 'B']) }) })
const shape = z.looseObject({
  single: z.array(z.union([special, text])),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(z.int().min(0)) })),
})

/** The template that a part describes; null is none. Throws ERR_DATA naming `who` for a type that is not read. */
export function templateOf(part: unknown, who: string): Template {
  if (part === null || part === undefined) return { before: [], after: [] }
  const type = typeOf(part, who)
  if (type !== 'TemplateProcessing') throw unsupported(who, 'a post_processor of type TemplateProcessing', type)
  const { single, special_tokens: ids } = settingsOf(part, shape, who)
  const place = single.findIndex((piece) => 'Sequence' in piece)
  if (single.filter((piece) => 'Sequence' in piece).length !== 1) throw wrong(who, 'the text once in its template', 'another number')
  const idsOf = (pieces: typeof single) =>
    pieces.flatMap((piece) => {
      if (!('SpecialToken' in piece)) return []
      const { id } = piece.SpecialToken
      if (!Object.hasOwn(ids, id)) throw wrong(who, `ids of '${id}'`, 'none')
      return ids[id]!.ids
    })
  return { before: idsOf(single.slice(0, place)), after: idsOf(single.slice(place + 1)) }
}
