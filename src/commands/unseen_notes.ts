// What lifting made up, for whoever runs it: a line for each kind of clip, since in a corpus of one-handed signs it is the same in every one.

import { once } from '../base/once.js'
import type { LiftedClip } from '../lift/lift.js'
import { partsOf } from '../motion/keypoints.js'

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
      return { clips: `${names.slice(0, NAMED).join(', ')}${more}`, text: `never seen, put at rest: ${parts}` }
    })
  }
}
