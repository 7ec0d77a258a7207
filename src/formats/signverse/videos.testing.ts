// Videos for tests as the release of SignVerse-2M has them: captions, the mark of a finished extraction, and poses, in a shard or in a folder.

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { archiveOf } from '../dwpose/video.testing.js'
import type { NpyArray } from '../npy.js'
import type { Picture } from '../picture.js'
import { paxRecord, type TarPart, tarOf } from '../tar.testing.js'

export interface ReleasedVideo {
  readonly id: string
  /** The name of its only track of captions, a language. */
  readonly track: string
  /** Seconds from one cue to the next, without pauses between them. */
  readonly cues: readonly { readonly seconds: number; readonly text: string }[]
  /** Frames, as `payloadOf` makes them. */
  readonly payloads: readonly Record<string, NpyArray>[]
  readonly picture: Picture
}

const FPS = 24

/** Its files by their paths, in the order of the release. */
function releasedFiles({ id, track, cues, payloads, picture }: ReleasedVideo): [path: string, data: string | Uint8Array][] {
  let end = 0
  const segments = cues.map(({ seconds, text }) => {
    const start = end
    end += seconds
    return { start_sec: start, end_sec: end, text }
  })
  const text = cues.map((cue) => cue.text).join(' ')
  const captions = {
    video_id: id,
    subtitle_languages: [track],
    subtitle_en: track === 'en' ? text : '',
    subtitle_en_source: track === 'en' ? 'manual_or_auto_en' : '',
    subtitle_texts: { [track]: text },
    languages: { [track]: { text, vtt_path: `${id}.${track}.vtt`, segments } },
  }
  const vtt = segments.map((cue) => `${clock(cue.start_sec)} --> ${clock(cue.end_sec)}\n${cue.text}\n`)
  const mark = [`video_id=${id}`, `fps=${FPS}`, `frames=${payloads.length}`, 'output_mode=single_poses_npy', 'decode_mode=stream']
  const indices = payloads.map((_, t) => t + 1)
  return [
    [`${id}/captions/${id}.captions.json`, JSON.stringify(captions, null, 2)],
    [`${id}/captions/${id}.${track}.vtt`, `WEBVTT\nKind: captions\nLanguage: ${track}\n\n${vtt.join('\n')}`],
    [`${id}/npz/.complete`, `${mark.join('\n')}\n`],
    [`${id}/npz/poses.npz`, archiveOf(payloads, { id, fps: FPS, indices, size: picture })],
  ]
}

const clock = (seconds: number): string => new Date(1000 * seconds).toISOString().slice(11, 23)

/** A shard: folders are members too, and a record of its time comes before each member. */
export function releasedShard(videos: readonly ReleasedVideo[]): Uint8Array {
  const dated = (part: TarPart): TarPart[] => [[`PaxHeaders/${part[0]}`, paxRecord('mtime', '1777636800.25'), 'x'], part]
  const parts = videos.flatMap((video) => {
    const folders: TarPart[] = [`${video.id}/`, `${video.id}/captions/`, `${video.id}/npz/`].map((name) => [name, '', '5'])
    const files: TarPart[] = releasedFiles(video)
    return [...folders, ...files].flatMap(dated)
  })
  return tarOf(parts)
}

/** The same, loose in folders. */
export async function writeReleased(folder: string, videos: readonly ReleasedVideo[]): Promise<void> {
  for (const [path, data] of videos.flatMap(releasedFiles)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), data)
  }
}
