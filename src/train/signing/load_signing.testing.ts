import type { SignedClip } from '../signed_clips.js'
import type { SignedSplit } from './load_signing.js'

/** The clips of a split of poses. */
export function posesIn<Known>(split: SignedSplit<Known>): readonly (SignedClip & Known)[] {
  if (split.input === 'poses') return split.clips
  throw new Error('wanted poses, got videos')
}
