// What lifting made up, for whoever runs it: a line for each kind of clip, since in a corpus of one-handed signs it is the same in every one.

import { once } from '../base/once.js'
import type { LiftedClip } from '../lift/lift.js'
import { partsOf } from '../motion/keypoints.js'

/** What is said of the joints of a clip that no frame shows; nothing where there are none. */
export function unseenNotes(unseen: readonly number[]): readonly string[] {
  const parts = partsOf(unseen).join(', ')
  return parts === '' ? [] : [unseenText(parts)]
}

const unseenText = (parts: string): string => `never visible, put in a rest position: ${parts}`

/** Clips named in a note. */
const NAMED = 3

export class UnseenNotes {
  readonly #clips = new Map<string, string[]>()

  /** The clips as they come, each looked at on its way. */
  async *taking(clips: AsyncIterable<LiftedClip>): AsyncGenerator<LiftedClip> {
    for await (const clip of clips) {
      const parts = partsOf(clip.unseen).join(', ')
      if (parts !== '') once(this.#clips, parts, () => []).push(clip.name)
      yield clip
    }
  }

  /** Which clips, and what was never seen in them. */
  notes(): { clips: string; text: string }[] {
    return [...this.#clips].map(([parts, names]) => {
      const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
      return { clips: `${names.slice(0, NAMED).join(', ')}${more}`, text: unseenText(parts) }
    })
  }
}
