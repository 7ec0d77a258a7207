// Training clips that stay in shards: sentences are in memory as token ids, frames are read when a batch needs them.

import type { ClipMemory } from '../../data/shards/clip_memory.js'
import type { PackedCorpus } from '../../data/shards/packed_corpus.js'
import type { Source } from '../../data/source.js'
import type { Clip } from '../../motion/clip.js'
import { langGlossLine } from '../../text/lang_gloss.js'
import { markedLine } from '../../text/language_mark.js'
import type { Sample } from './batch.js'
import type { Examples } from './examples.js'

/** Clips of a packed corpus, by their numbers there. */
export interface StoredClips {
  readonly corpus: PackedCorpus
  readonly clips: Uint32Array
  readonly source: Source
  /** Whether lines begin with the mark of their language: in a group of several whose tokens do not tell theirs. */
  readonly marked?: boolean
}

/** The line of a clip that a model reads, its LangGloss made of its gloss, or of its words. */
export function storedLine(stored: StoredClips, clip: number): string {
  const line = unmarkedLine(stored, clip)
  return stored.marked ? markedLine(stored.corpus.list.language(clip), line) : line
}

function unmarkedLine({ corpus: { list }, source }: StoredClips, clip: number): string {
  if (source === 'text') return list.text(clip)
  if (source === 'gloss') return list.gloss(clip) ?? ''
  const gloss = list.gloss(clip)
  const said = { name: list.name(clip), language: list.language(clip), text: list.text(clip), ...(gloss === undefined ? {} : { gloss }) }
  return langGlossLine(said, 'auto')
}

/** The lines of clips, one after another. */
export function* storedLines(stored: StoredClips): Generator<string> {
  for (const clip of stored.clips) yield storedLine(stored, clip)
}

/** A clip with its frames, and its line where the source reads one. */
export async function readStored({ corpus, source }: StoredClips, clip: number): Promise<Clip> {
  const read = await corpus.reader.read(clip)
  return source === 'lang_gloss' ? { ...read, langGloss: langGlossLine(read, 'auto') } : read
}

/** Stored clips with the token ids of their sentences. */
export class StoredExamples implements Examples {
  readonly stored: StoredClips
  /** Clips that were left out for sentences of more tokens than the model reads. */
  readonly tooLong: number
  readonly #clips: Uint32Array
  readonly #ids: Uint32Array
  /** Where each example's ids end. */
  readonly #ends: Float64Array

  /** @param encode a line as ids; @param maxTokens the most of them */
  constructor(stored: StoredClips, encode: (line: string) => Uint32Array, maxTokens: number) {
    this.stored = stored
    const kept = new Uint32Array(stored.clips.length)
    const ends = new Float64Array(stored.clips.length)
    let ids = new Uint32Array(8 * stored.clips.length)
    let [count, used] = [0, 0]
    for (const clip of stored.clips) {
      const own = encode(storedLine(stored, clip))
      if (own.length > maxTokens) continue
      if (used + own.length > ids.length) {
        const larger = new Uint32Array(Math.ceil(1.5 * (used + own.length)))
        larger.set(ids)
        ids = larger
      }
      ids.set(own, used)
      used += own.length
      kept[count] = clip
      ends[count++] = used
    }
    this.#clips = kept.slice(0, count)
    this.#ids = ids.slice(0, used)
    this.#ends = ends.slice(0, count)
    this.tooLong = stored.clips.length - count
  }

  get length(): number {
    return this.#clips.length
  }

  frames(example: number): number {
    return this.stored.corpus.list.frames(this.#clips[example]!)
  }

  tokens(example: number): number {
    return this.#ends[example]! - this.#begin(example)
  }

  name(example: number): string {
    return this.stored.corpus.list.name(this.#clips[example]!)
  }

  language(example: number): string {
    return this.stored.corpus.list.language(this.#clips[example]!)
  }

  /** The samples of a batch, whose frames lie in `memory` until it is read into again. What the model reads of a clip is in its ids. */
  async samples(examples: readonly number[], memory: ClipMemory): Promise<Sample[]> {
    const clips = await this.stored.corpus.reader.readAll(
      examples.map((example) => this.#clips[example]!),
      memory,
    )
    return clips.map((clip, i) => ({ clip, ids: this.#sentence(examples[i]!) }))
  }

  #sentence(example: number): Uint32Array {
    return this.#ids.subarray(this.#begin(example), this.#ends[example])
  }

  #begin(example: number): number {
    return example === 0 ? 0 : this.#ends[example - 1]!
  }
}
