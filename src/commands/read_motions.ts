// Motions for whatever reads signing: all of a source, in the scale that models are trained on.

import { inLayoutScale } from '../data/layouts/scale.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { LeftOutClips } from './left_out.js'
import { motionSource, type SourceMotion } from './motion_source.js'
import { type Listener, warn } from './say.js'
import { refuseVideos } from './video_source.js'

/**
 * The motions of a source in the points of a layout, at most `limit` of them, of `language` where it tells none; what cannot be read is left out, and told,
 * to `leftOut` too. Throws ERR_DATA where there are none, ERR_USAGE for videos.
 */
export async function readMotions(
  source: string,
  language: string | undefined,
  options: Listener & {
    readonly signal?: AbortSignal | undefined
    readonly limit?: number | undefined
    readonly layout: LayoutName
    readonly leftOut?: LeftOutClips
  },
): Promise<SourceMotion[]> {
  await refuseVideos(source)
  const motions = await motionSource(source, language, { signal: options.signal, layout: options.layout })
  const clips: SourceMotion[] = []
  const { leftOut = new LeftOutClips() } = options
  const broken = (name: string, error: Error) => leftOut.add(name, error, clips.length, options)
  for await (const { notes = [], ...clip } of motions.read(motions.names.slice(0, options.limit), broken)) {
    for (const note of notes) warn(`${clip.name}: ${note}`, options)
    clips.push(inLayoutScale(clip, clip.name))
  }
  return clips
}
