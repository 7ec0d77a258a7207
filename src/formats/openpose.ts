// Reads what OpenPose writes with `--write_json`: a folder a clip, a file a frame, `<stem>_<digits>_keypoints.json`, with BODY_25, face and both hands.
// Unlike the published Prompt2Sign tool, a frame keeps its place in time when others are dropped, one whose nose is not seen is kept, and of several people
// the signer is looked for (signer.ts) instead of taking the first.

import { basename, resolve } from 'node:path'
import { KEYPOINT } from '../motion/keypoints.js'
import { JOINTS, joint } from '../motion/skeleton.js'
import { type FrameName, frameFiles, readBytes } from './frame_files.js'
import { numbersAt, objectAt, refuse, shown } from './json_shape.js'
import { parseJson } from './json_text.js'
import { putPoint } from './keypoint_values.js'
import { type DetectedClip, type DetectedFrame, signerClip } from './signer.js'

export interface OpenPoseOptions {
  /** Frames a second of the video, which the files do not tell. Default 24, about what How2Sign has. */
  readonly fps?: number
  /** Default: the folder's name. */
  readonly name?: string
}

/** Versions whose arrays are named and ordered as here. */
const versions = [1.2, 1.3]
const HAND = 21

/** The arrays of a person that we read: how many points each has, how many of them we take, and as which of our joints. */
const parts = [
  { key: 'pose_keypoints_2d', points: 25, take: joint.leftHand, first: 0, hint: 'Run OpenPose with --model_pose BODY_25' },
  { key: 'hand_left_keypoints_2d', points: HAND, take: HAND, first: joint.leftHand, hint: 'Run OpenPose with --hand' },
  { key: 'hand_right_keypoints_2d', points: HAND, take: HAND, first: joint.rightHand, hint: 'Run OpenPose with --hand' },
] as const
const FACE = 70

/**
 * The people of one frame file, each [50, 3]: body joints 0–7, left hand, right hand. Throws ERR_DATA naming `who` and the character for what is no JSON, and
 * the path inside it (`people[0].pose_keypoints_2d[7]`) for what is not as OpenPose writes it: versions 1.2 and 1.3, 75, 63, 63 and 210 numbers (or none for the
 * face, which is not read), all finite, confidences of 0 to 1 and a little beyond.
 */
export function parseOpenPoseFrame(bytes: Uint8Array, who: string): Float32Array[] {
  const frame = objectAt(parseJson(bytes, who), 'the file', who)
  if (!versions.includes(frame.version as number))
    refuse(who, `wanted version ${versions.join(' or ')} at version, got ${shown(frame.version)}`, 'Run a current OpenPose')
  if (!Array.isArray(frame.people)) return refuse(who, `wanted an array at people, got ${shown(frame.people)}`)
  return frame.people.map((person: unknown, p) => parsePerson(objectAt(person, `people[${p}]`, who), `people[${p}]`, who))
}

function parsePerson(person: Record<string, unknown>, place: string, who: string): Float32Array {
  const out = new Float32Array(JOINTS * KEYPOINT)
  for (const { key, points, take, first, hint } of parts) {
    const values = numbersAt(person[key], [points * KEYPOINT], `${place}.${key}`, who, hint)
    for (let i = 0; i < take; i++) {
      const at = i * KEYPOINT
      const problem = putPoint(out, first + i, values[at], values[at + 1], values[at + 2])
      if (problem) refuse(who, `${problem} in ${place}.${key}[${at}…${at + 2}]`)
    }
  }
  numbersAt(person.face_keypoints_2d, [FACE * KEYPOINT, 0], `${place}.face_keypoints_2d`, who, 'Run OpenPose with --face, or without')
  return out
}

/** Takes the name of a frame's file apart. */
export const openPoseFrameName: FrameName = (file) => {
  const match = /^(.+)_(\d+)_keypoints\.json$/.exec(file)
  return match ? { stem: match[1]!, number: Number(match[2]) } : undefined
}

/**
 * The clip in a folder, with what was decided about people and gaps. A frame's place in time is the number in its file's name; missing numbers and frames
 * without people are gaps. Throws ERR_DATA naming the folder or the file; see {@link parseOpenPoseFrame}.
 */
export async function readOpenPoseClip(folder: string, options: OpenPoseOptions = {}): Promise<DetectedClip> {
  const { fps = 24, name = basename(resolve(folder)) } = options
  const frames: DetectedFrame[] = []
  for (const { path, number } of await frameFiles(folder, openPoseFrameName, '<stem>_<digits>_keypoints.json')) {
    frames.push({ index: number, people: parseOpenPoseFrame(await readBytes(path), path) })
  }
  return signerClip(frames, name, fps, folder)
}
