// What a model file says of itself beside the model: who made it of what, in which languages it signs, and under which licence it may be used.

import * as z from 'zod'
import { languageName } from '../text/sign_languages.js'
import { parsedAs } from './metadata.js'

/** Where a model comes from. */
export interface Provenance {
  /** The program that wrote the file, such as `signllm 0.1.0`. */
  readonly writtenBy: string
  /** Name of the run that trained it. */
  readonly run?: string | undefined
  readonly seed?: number | undefined
  /** Steps it was trained for. */
  readonly steps?: number | undefined
  /** SHA-256 of the run file, which says all else. */
  readonly runFile?: string | undefined
}

/** What a model file tells a reader who has nothing but the file. */
export interface ModelCard {
  readonly name: string
  /** An SPDX identifier or a text; undefined where nobody said. */
  readonly licence?: string | undefined
  /** Tags and English names of the languages that the model was trained for. */
  readonly languages: readonly { readonly tag: string; readonly name?: string | undefined }[]
  readonly provenance: Provenance
  /** What it cannot do without and does not hold, as sentences. */
  readonly needs: readonly string[]
}

const text = z.string().max(100_000)

const savedCard = z.strictObject({
  name: text,
  licence: text.exactOptional(),
  languages: z.array(z.strictObject({ tag: text, name: text.exactOptional() })),
  provenance: z.strictObject({
    writtenBy: text,
    run: text.exactOptional(),
    seed: z.number().exactOptional(),
    steps: z.int().min(0).exactOptional(),
    runFile: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .exactOptional(),
  }),
  needs: z.array(text),
})

/** A card as JSON, for a file's metadata. */
export const cardJson = (card: ModelCard): string => JSON.stringify(card)

/** Throws ERR_CHECKPOINT naming the file for a card that is damaged. */
export function cardOf(value: unknown, path: string): ModelCard {
  return parsedAs(savedCard, value, 'the card of a model', path)
}

/** The languages of a card by their tags. */
export function namedLanguages(tags: readonly string[]): ModelCard['languages'] {
  return tags.map((tag) => {
    const name = languageName(tag)
    return name === undefined ? { tag } : { tag, name }
  })
}
