// The classes of pseudo-gloss training: which item is which number, and which are told of no sentence because most sentences have them.

import * as z from 'zod'
import { SignError } from '../../base/errors.js'

/** A sentence and its pseudo-glosses. */
export interface GlossedSentence {
  readonly text: string
  readonly items: readonly string[]
}

/** Times an item occurs per distinct sentence from which on it is left out of the targets, as published. */
export const UBIQUITOUS = 0.4

const savedForm = z.strictObject({ names: z.array(z.string().min(1)), ubiquitous: z.array(z.string().min(1)) })

/** What `toJSON` gives. */
export type SavedClasses = z.infer<typeof savedForm>

/** What the items of sentences come to. */
export interface GlossCoverage {
  readonly sentences: number
  readonly distinct: number
  readonly classes: number
  /** Classes in the targets of a sentence, on average. */
  readonly itemsPerSentence: number
  /** Sentences with no item in their targets. */
  readonly withoutItems: number
  /** Items that are left out, most frequent first: occurrences per distinct sentence. */
  readonly ubiquitous: readonly { readonly item: string; readonly share: number }[]
}

/** Items by class. Never changes. */
export class PseudoGlossClasses {
  /** The items by class: most frequent first, then by code point. Ubiquitous ones have a class too, as published. */
  readonly names: readonly string[]
  readonly ubiquitous: ReadonlySet<string>
  readonly #ids: ReadonlyMap<string, number>

  private constructor(names: readonly string[], ubiquitous: ReadonlySet<string>) {
    this.names = names
    this.ubiquitous = ubiquitous
    this.#ids = new Map(names.map((name, id) => [name, id]))
  }

  /** The classes of the training split: what no training sentence has cannot be learned. A sentence that comes again counts once. */
  static build(train: readonly GlossedSentence[], ubiquitousFrom: number = UBIQUITOUS): PseudoGlossClasses {
    const counts = countsOf(train)
    const distinct = new Set(train.map(({ text }) => text)).size
    const names = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1)).map(([name]) => name)
    return new PseudoGlossClasses(names, new Set(names.filter((name) => counts.get(name)! / distinct >= ubiquitousFrom)))
  }

  /** Reads what `toJSON` wrote. Throws ERR_CHECKPOINT where it is something else; `who` names the file. */
  static fromJSON(saved: unknown, who: string): PseudoGlossClasses {
    const form = savedForm.safeParse(saved)
    const known = form.success && new Set(form.data.names)
    if (known && known.size === form.data.names.length && form.data.ubiquitous.every((name) => known.has(name)))
      return new PseudoGlossClasses(form.data.names, new Set(form.data.ubiquitous))
    const got = form.success ? 'a class twice, or a ubiquitous item without one' : z.prettifyError(form.error).replace(/\s+/g, ' ')
    throw new SignError('ERR_CHECKPOINT', who, `wanted classes {names, ubiquitous}, got ${got}`, 'Save the checkpoint again')
  }

  get size(): number {
    return this.names.length
  }

  /** The class of an item; undefined where it has none. */
  idOf(item: string): number | undefined {
    return this.#ids.get(item)
  }

  /** The class that an item is a target of; undefined where it is ubiquitous, or has none. */
  targetOf(item: string): number | undefined {
    return this.ubiquitous.has(item) ? undefined : this.#ids.get(item)
  }

  /** The classes that a sentence with these items is to show, each once, ascending. Ubiquitous items and those without a class are left out. */
  targets(items: Iterable<string>): Uint32Array {
    const ids = new Set<number>()
    for (const item of items) {
      const id = this.targetOf(item)
      if (id !== undefined) ids.add(id)
    }
    return Uint32Array.from(ids).sort()
  }

  /** {@link targets} as a row with 1 for each class that is shown, 0 for the others. */
  multiHot(items: Iterable<string>): Float32Array {
    const row = new Float32Array(this.size)
    for (const id of this.targets(items)) row[id] = 1
    return row
  }

  /** What these classes tell of sentences: those they were built from, or others. */
  coverage(sentences: readonly GlossedSentence[]): GlossCoverage {
    const lengths = sentences.map(({ items }) => this.targets(items).length)
    const distinct = new Set(sentences.map(({ text }) => text)).size
    const counts = countsOf(sentences)
    return {
      sentences: sentences.length,
      distinct,
      classes: this.size,
      itemsPerSentence: lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length),
      withoutItems: lengths.filter((length) => length === 0).length,
      ubiquitous: this.names
        .filter((item) => this.ubiquitous.has(item))
        .map((item) => ({ item, share: (counts.get(item) ?? 0) / distinct })),
    }
  }

  toJSON(): SavedClasses {
    return { names: [...this.names], ubiquitous: [...this.ubiquitous] }
  }
}

/** How often items occur in distinct sentences, each occurrence counted. */
function countsOf(sentences: readonly GlossedSentence[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { items } of new Map(sentences.map((sentence) => [sentence.text, sentence])).values())
    for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}
