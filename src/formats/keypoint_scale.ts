// In what units a clip's coordinates are. OpenPose writes pixels, or with `--keypoint_scale` fractions of the picture: 0 to 1, or −1 to 1 from its middle. Taken
// for pixels they would stretch a body by the picture's aspect without a word; no file says which they are, but nobody is two pixels large.

import { KEYPOINT } from '../motion/keypoints.js'
import { checkPicture, type Picture, pictureWanted } from './picture.js'
import type { DetectedFrame } from './signer.js'

/** Fractions lie within it, and a few stray points beyond. */
const FRACTION = 2
const MOST = 0.9
/** Of coordinates from the picture's middle, half are negative; of those from its corner, hardly one. */
const NEGATIVE = 0.1
/** Points outside the picture that make its size doubtful: they begin to be more than a hand at the edge. */
const OUTSIDE = 0.1

/**
 * The frames in pixels, with what to tell about their units. Throws ERR_CONFIG naming `who` where they hold fractions and no `picture` is given.
 */
export function inPixels(
  frames: readonly DetectedFrame[],
  picture: Picture | undefined,
  who: string,
): { frames: readonly DetectedFrame[]; notes: readonly string[] } {
  const { points, small, negative } = countPoints(frames)
  if (points === 0) return { frames, notes: [] }
  if (small < MOST * points) return { frames, notes: picture ? outsideNotes(frames, points, picture) : [] }
  if (!picture) throw pictureWanted(who)
  checkPicture(picture)
  const { width, height } = picture
  const centred = negative > NEGATIVE * 2 * points
  const scale = (person: Float32Array): Float32Array =>
    person.map((value, i) => {
      if (i % KEYPOINT === 2 || !(person[i - (i % KEYPOINT) + 2]! > 0)) return value
      const size = i % KEYPOINT === 0 ? width : height
      return centred ? ((value + 1) / 2) * size : value * size
    })
  return { frames: frames.map(({ index, people }) => ({ index, people: people.map(scale) })), notes: [] }
}

/** How many points were seen, how many of them may be fractions, and how many coordinates are negative. */
function countPoints(frames: readonly DetectedFrame[]): { points: number; small: number; negative: number } {
  const counts = { points: 0, small: 0, negative: 0 }
  forEachPoint(frames, (x, y) => {
    counts.points += 1
    if (Math.abs(x) <= FRACTION && Math.abs(y) <= FRACTION) counts.small += 1
    counts.negative += Number(x < 0) + Number(y < 0)
  })
  return counts
}

function outsideNotes(frames: readonly DetectedFrame[], points: number, { width, height }: Picture): string[] {
  let outside = 0
  forEachPoint(frames, (x, y) => {
    if (x < 0 || y < 0 || x > width || y > height) outside += 1
  })
  if (outside <= OUTSIDE * points) return []
  return [`${outside} of ${points} points lie outside the picture of ${width} x ${height}: is that the video's size?`]
}

function forEachPoint(frames: readonly DetectedFrame[], take: (x: number, y: number) => void): void {
  for (const { people } of frames)
    for (const person of people) for (let i = 0; i < person.length; i += KEYPOINT) if (person[i + 2]! > 0) take(person[i]!, person[i + 1]!)
}
