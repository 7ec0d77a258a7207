// Detections as motions, for commands that read motions: cleaned and lifted on the GPU as they are asked for. `signllm data convert` takes the same steps with files
// in between, once for all.

import { SignError } from '../base/errors.js'
import { cleanKeypoints } from '../data/keypoints/clean.js'
import { keypointQuality } from '../data/keypoints/quality.js'
import { liftClips } from '../lift/lift.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { openAdapter } from './adapter.js'
import { orLeftOut } from './clip_work.js'
import type { DetectionSource } from './detection_source.js'
import type { MotionSource, SourceMotion } from './motion_source.js'
import { unseenNotes } from './unseen_notes.js'

type Broken = (name: string, error: SignError) => void

/** The motions of a source of detections at the path `who`, in the units of lifting. A single clip that cannot be read is no clip to leave out: its error is thrown. */
export function liftedMotions(
  source: DetectionSource,
  { who, signal }: { readonly who: string; readonly signal?: AbortSignal | undefined },
): MotionSource {
  const { names, words } = source
  return {
    names,
    tellsLanguage: words !== undefined && names.every((name) => words.get(name)?.language !== undefined),
    async *read(wanted, broken) {
      const leaveOut: Broken = (name, error) => {
        if (names.length === 1) throw error
        broken(name, error)
      }
      const { gpu } = await openAdapter({}, {})
      try {
        const told = new Map<string, Omit<SourceMotion, 'joints' | 'frames' | 'fps' | 'name'>>()
        const clips = cleaned({ ...source, read: (...asked) => orAskForPicture(source.read(...asked), who) }, wanted, leaveOut, told)
        for await (const { name, joints, frames, fps, unseen } of liftClips(gpu, clips, signal ? { signal } : {})) {
          const about = told.get(name)!
          told.delete(name)
          yield { name, joints, frames, fps, ...about, notes: [...(about.notes ?? []), ...unseenNotes(unseen)] }
        }
      } finally {
        await gpu.destroy()
      }
    },
  }
}

/** What lifting takes; `told` is filled with what else is known of each clip. */
async function* cleaned(
  source: DetectionSource,
  wanted: readonly string[],
  broken: Broken,
  told: Map<string, Omit<SourceMotion, 'joints' | 'frames' | 'fps' | 'name'>>,
): AsyncGenerator<KeypointClip> {
  for await (const { clip, detection } of source.read(wanted, broken)) {
    const clean = orLeftOut(clip.name, broken, () => cleanKeypoints(clip))
    if (!clean) continue
    const quality = keypointQuality(clip, { detection, outliers: clean.outliers })
    const { text, gloss, language } = source.words?.get(clip.name) ?? {}
    const said = { ...(text ? { text } : {}), ...(gloss === undefined ? {} : { gloss }), ...(language === undefined ? {} : { language }) }
    told.set(clip.name, { ...said, quality, notes: [...detection.notes, ...clean.notes] })
    yield clean.clip
  }
}

/** Readers ask for the size of a picture by an option that only the commands for data have. */
async function* orAskForPicture<T>(clips: AsyncIterable<T>, who: string): AsyncGenerator<T> {
  try {
    yield* clips
  } catch (error) {
    if (!(error instanceof SignError && error.code === 'ERR_CONFIG')) throw error
    const problem = 'wanted points whose pictures have a size, got fractions of ones that nobody tells'
    throw new SignError('ERR_DATA', who, problem, 'Convert them first: signllm data convert --picture WxH', { cause: error })
  }
}
