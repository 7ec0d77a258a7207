// Reads what OpenPose writes with `--write_json`, and who writes as it does: a folder a clip, a file a frame, with body, face and both hands.
// Unlike the published Prompt2Sign tool, a frame keeps its place in time when others are dropped, one whose nose is not seen is kept, and of several people
// the signer is looked for (signer.ts) instead of taking the first.

import { basename, resolve } from 'node:path'
import { SignError } from '../../base/errors.js'
import { shown } from '../../base/shown.js'
import { frameFiles, type Naming, readBytes } from '../frame_files.js'
import { foreignJson } from '../json/foreign.js'
import { isObject, objectAt, refuse } from '../json/shape.js'
import { parseJson } from '../json/text.js'
import { inPixels } from '../keypoint_scale.js'
import { isExtent, type Picture } from '../picture.js'
import { type DetectedClip, signerClip } from '../signer.js'
import { type OpenPosePerson, openPosePerson } from './person.js'

export interface OpenPoseOptions {
  /** Stops between frames; throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Frames a second of the video, which the files do not tell. Default 24, about what How2Sign has. */
  readonly fps?: number
  /** Default: the folder's name. */
  readonly name?: string
  /** Size of the video. Needed where coordinates are fractions of it (`--keypoint_scale` 3 and 4) and the files do not tell. */
  readonly picture?: Picture | undefined
}

export interface OpenPoseFrame {
  /** In the units of the file. */
  readonly people: readonly OpenPosePerson[]
  /** Size of the picture, where the file tells. */
  readonly picture: Picture | undefined
}

/** How the frames may be named. */
const namings: readonly Naming[] = ['keypoints', 'number', 'numbered']

/**
 * The people of one frame file. Throws ERR_DATA naming `who` and the character for what is no JSON, and the path inside it (`people[0].pose_keypoints_2d[7]`) for
 * what is not as OpenPose writes it, see {@link openPosePerson}. The version is not asked: the shape tells more.
 */
export function parseOpenPoseFrame(bytes: Uint8Array, who: string): OpenPoseFrame {
  const value = parseJson(bytes, who)
  // Some tools write a list of the frames they were given at once.
  const frame = Array.isArray(value) && value.length === 1 && isFrame(value[0]) ? value[0] : value
  if (!isFrame(frame)) return notOpenPose(frame, who)
  const { people, canvas_width: width, canvas_height: height } = frame
  if (people !== null && !Array.isArray(people)) return refuse(who, `wanted an array at people, got ${shown(people)}`)
  return {
    people: (people ?? []).flatMap((person: unknown, p: number) => {
      const place = `people[${p}]`
      return person === null ? [] : [openPosePerson(objectAt(person, place, who), place, who)]
    }),
    picture: isExtent(width) && isExtent(height) ? { width, height } : undefined,
  }
}

const isFrame = (value: unknown): value is Record<string, unknown> => isObject(value) && 'people' in value

function notOpenPose(value: unknown, who: string): never {
  const foreign = foreignJson(value)
  if (foreign) refuse(who, `wanted a frame of OpenPose, got ${foreign}`, 'Write a file for each frame, as OpenPose does with --write_json')
  const frame = objectAt(value, 'the file', who)
  return refuse(who, `wanted an array at people, got ${shown(frame.people)}`, 'Write what OpenPose writes with --write_json')
}

/**
 * The clip in a folder, with what was decided about people and gaps. A frame's place in time is the number in its file's name; missing numbers and frames
 * without people are gaps, as is a hand that a frame lacks. Throws ERR_DATA naming the folder or the file, see `parseOpenPoseFrame`, also for a clip that
 * nobody looked for hands in and for one whose body points come in another order; ERR_CONFIG for fractions of a picture whose size nobody tells.
 */
export async function readOpenPoseClip(folder: string, options: OpenPoseOptions = {}): Promise<DetectedClip> {
  const { fps = 24, name = basename(resolve(folder)), signal } = options
  const frames: (OpenPoseFrame & { readonly index: number })[] = []
  for (const { path, number } of await frameFiles(folder, namings, '<stem>_<digits>_keypoints.json')) {
    signal?.throwIfAborted()
    frames.push({ index: number, ...parseOpenPoseFrame(await readBytes(path), path) })
  }
  checkPeople(
    frames.flatMap(({ people }) => people),
    folder,
  )
  const raw = frames.map(({ index, people }) => ({ index, people: people.map(({ joints }) => joints) }))
  const told = frames.find(({ picture }) => picture)?.picture
  const { frames: seen, notes } = inPixels(raw, options.picture ?? told, folder)
  const { clip, detection } = signerClip(seen, name, fps, folder)
  return { clip, detection: { ...detection, notes: [...detection.notes, ...notes] } }
}

/** What holds for all people of a clip: one frame alone may be wrong about it. */
function checkPeople(people: readonly OpenPosePerson[], who: string): void {
  const judged = people.filter(({ headFirst }) => headFirst !== undefined)
  if (judged.filter(({ headFirst }) => headFirst).length * 2 > judged.length) {
    const problem = 'wanted the points of BODY_25 or COCO (nose, neck, arms), got eyes and ears after the nose, as in BODY_25B'
    throw new SignError('ERR_DATA', who, problem, 'Run OpenPose with --model_pose BODY_25')
  }
  if (people.length === 0 || people.some(({ looksForHands }) => looksForHands)) return
  throw new SignError(
    'ERR_DATA',
    who,
    `wanted hands in at least one frame, got none for ${people.length} people`,
    'Run OpenPose with --hand',
  )
}
