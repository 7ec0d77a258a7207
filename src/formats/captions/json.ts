// `<video id>.captions.json` of SignVerse-2M: every track of a video, cleaned, with its segments.

import { shown } from '../../base/shown.js'
import { isObject, objectAt, refuse } from '../json/shape.js'
import { parseJson } from '../json/text.js'
import type { Cue } from './cues.js'

/** Tracks of a video and segments of a track: hours of speech have some thousands. */
const MOST_SEGMENTS = 1_000_000

/** The cues of each track by its name. Throws ERR_DATA naming `who` and the place in it for what is not as above. */
export function parseCaptions(bytes: Uint8Array, who: string): Map<string, Cue[]> {
  const { languages } = objectAt(parseJson(bytes, who), 'the top', who)
  const tracks = objectAt(languages, 'languages', who)
  return new Map(
    Object.keys(tracks).map((track) => {
      const place = `languages.${track}.segments`
      const { segments } = objectAt(tracks[track], `languages.${track}`, who)
      if (!Array.isArray(segments) || segments.length > MOST_SEGMENTS)
        refuse(who, `wanted a list at ${place}, got ${shown(segments)}`, 'Correct the file')
      return [track, (segments as unknown[]).flatMap((segment, i) => cueAt(segment, `${place}[${i}]`, who))]
    }),
  )
}

/** The segment as a cue; none where nothing is said in it. */
function cueAt(segment: unknown, place: string, who: string): Cue[] {
  const { start_sec: start, end_sec: end, text } = isObject(segment) ? segment : {}
  const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < 1e6
  if (!isTime(start) || !isTime(end) || typeof text !== 'string')
    return refuse(who, `wanted start_sec, end_sec and text at ${place}, got ${shown(segment)}`, 'Correct the file')
  return text.trim() === '' || end <= start ? [] : [{ start, end, text: text.trim() }]
}
