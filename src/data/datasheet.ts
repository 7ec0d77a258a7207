// What a corpus is made of, for a data sheet: counted clip by clip, so that memory grows with the number of words and of videos and not with that of clips.

import { tokenise } from '../text/tokenise.js'
import type { SeenShares } from './shards/part.js'
import { videoOf } from './split.js'

/** What is counted of a clip. */
export interface CountedClip {
  readonly name: string
  readonly language: string
  readonly text: string
  readonly frames: number
  readonly fps: number
  readonly seen?: SeenShares | undefined
}

/** Of one language, or of all. */
export interface LanguageSheet {
  readonly language: string
  readonly clips: number
  readonly videos: number
  readonly hours: number
  /** Frames: the fewest, the middle, nine in ten have no more, the most. */
  readonly frames: { readonly least: number; readonly median: number; readonly nineInTen: number; readonly most: number }
  /** Of sentences: words, different ones, those that occur once, and clips without any. */
  readonly words: { readonly all: number; readonly different: number; readonly once: number; readonly without: number }
  /** Share of the points of each part that were not seen, mean over the frames of clips that tell; absent where none does. */
  readonly missing: SeenShares
}

/** Counts clips as they come. */
export class SheetCounter {
  readonly #languages = new Map<string, Counts>()
  readonly #all = new Counts()

  add(clip: CountedClip): void {
    const own = this.#languages.get(clip.language) ?? new Counts()
    this.#languages.set(clip.language, own)
    own.add(clip)
    this.#all.add(clip)
  }

  /** Of all languages together. */
  get all(): LanguageSheet {
    return this.#all.sheet('all')
  }

  /** Those with most hours first. */
  get languages(): LanguageSheet[] {
    return [...this.#languages]
      .map(([language, counts]) => counts.sheet(language))
      .sort((a, b) => b.hours - a.hours || (a.language < b.language ? -1 : 1))
  }

  /** How many clips of all have so many frames. */
  get lengths(): ReadonlyMap<number, number> {
    return this.#all.lengths
  }
}

const partNames = ['body', 'leftHand', 'rightHand', 'face'] as const

class Counts {
  readonly lengths = new Map<number, number>()
  readonly #videos = new Set<string>()
  readonly #words = new Map<string, number>()
  readonly #unseen = new Map<(typeof partNames)[number], { sum: number; frames: number }>()
  #clips = 0
  #seconds = 0
  #spoken = 0
  #without = 0

  add({ name, text, frames, fps, seen }: CountedClip): void {
    this.#clips += 1
    this.#seconds += frames / fps
    this.lengths.set(frames, (this.lengths.get(frames) ?? 0) + 1)
    this.#videos.add(videoOf(name))
    const words = tokenise(text, 'words')
    this.#spoken += words.length
    if (words.length === 0) this.#without += 1
    for (const word of words) this.#words.set(word, (this.#words.get(word) ?? 0) + 1)
    for (const part of partNames) {
      const share = seen?.[part]
      if (share === undefined) continue
      const before = this.#unseen.get(part) ?? { sum: 0, frames: 0 }
      this.#unseen.set(part, { sum: before.sum + (1 - share) * frames, frames: before.frames + frames })
    }
  }

  sheet(language: string): LanguageSheet {
    const lengths = [...this.lengths].sort(([a], [b]) => a - b)
    /** The least length that so many clips do not exceed. */
    const quantile = (share: number): number => {
      let left = share * this.#clips
      for (const [frames, count] of lengths) {
        left -= count
        if (left <= 0) return frames
      }
      return 0
    }
    return {
      ...{ language, clips: this.#clips, videos: this.#videos.size, hours: this.#seconds / 3600 },
      frames: { least: lengths[0]?.[0] ?? 0, median: quantile(0.5), nineInTen: quantile(0.9), most: lengths.at(-1)?.[0] ?? 0 },
      words: {
        ...{ all: this.#spoken, different: this.#words.size, without: this.#without },
        once: [...this.#words.values()].filter((count) => count === 1).length,
      },
      missing: Object.fromEntries([...this.#unseen].map(([part, { sum, frames }]) => [part, sum / frames])),
    }
  }
}
