// A motion into whatever file the name asks for.

import { basename, extname } from 'node:path'
import { SignError } from '../base/errors.js'
import { writeBvh } from '../formats/bvh.js'
import { writeDwposeFrames, writeDwposeVideo } from '../formats/dwpose/write.js'
import { writeGlb } from '../formats/glb/glb.js'
import { writeMotionNpz } from '../formats/npz.js'
import { poseOfMotion, writePose } from '../formats/pose/write.js'
import { writeSkels } from '../formats/skels/write.js'
import type { Motion } from '../motion/clip.js'
import { writeApng } from './apng.js'
import type { PaletteName } from './colours.js'
import { writeGif } from './gif.js'
import { type MotionMeta, writeJson } from './json_motion.js'
import { writeMp4 } from './mp4/mp4.js'
import { writePng } from './png.js'
import { writeSvg } from './svg.js'
import { writeViewer } from './viewer/viewer.js'

/** What goes into the file besides the motion, as far as its format can hold it. */
export interface About extends MotionMeta {
  /** What the motion is compared with. */
  readonly reference?: Motion
  /** The colours of pictures, animations and pages; `standard` if not said. */
  readonly palette?: PaletteName
}

export type Writer = (path: string, motion: Motion, about: About) => Promise<void>

/** Writers by how names end, in small letters: extensions with their points, and a file that is always called the same. */
const writers: Readonly<Record<string, Writer>> = {
  '.png': (path, motion, about) => writePng(path, motion, drawn(about)),
  '.svg': (path, motion, about) => writeSvg(path, motion, { caption: caption(about), ...drawn(about) }),
  '.gif': (path, motion, about) => writeGif(path, motion, drawn(about)),
  '.apng': (path, motion, about) => writeApng(path, motion, drawn(about)),
  '.mp4': (path, motion, about) => writeMp4(path, motion, drawn(about)),
  '.html': (path, motion, about) => {
    const title = basename(path, extname(path))
    const { palette, ...rest } = about
    return writeViewer(path, [{ title, motion, ...rest }], { title, ...(palette && { palette }) })
  },
  '.json': (path, motion, about) => writeJson(path, motion, about),
  '.skels': (path, motion) => writeSkels(path, [motion]),
  '.pose': (path, motion) => writePose(path, poseOfMotion(motion, path)),
  '.bvh': (path, motion) => writeBvh(path, motion),
  '.glb': (path, motion) => writeGlb(path, motion),
  '.npz': (path, motion) => writeMotionNpz(path, motion),
  'poses.npz': (path, motion) => writeDwposeVideo(path, motion),
  '.dwpose': (path, motion) => writeDwposeFrames(path, motion),
}

/**
 * Writes a motion in the format of `path`'s extension.
 * Throws ERR_USAGE for an extension without a writer, ERR_DATA for a malformed motion, ERR_OUTPUT where `path` cannot be written, ERR_CONFIG for `.glb`
 * and `.mp4` without their optional packages.
 *
 * @example
 * await saveMotion('hello.gif', motion, { text: 'Hello', language: 'ASL' })
 */
export async function saveMotion(path: string, motion: Motion, about: About): Promise<void> {
  await writerFor(path)(path, motion, about)
}

/** The writer for a path, to complain before a long run rather than after it. Throws ERR_USAGE for an extension without one. */
export function writerFor(path: string): Writer {
  const extension = extname(path).toLowerCase()
  const ending = /(^|[/\\._-])poses\.npz$/i.test(path) ? 'poses.npz' : extension
  const writer = Object.hasOwn(writers, ending) ? writers[ending] : undefined
  if (writer) return writer
  const known = Object.keys(writers).join(' ')
  throw new SignError(
    'ERR_USAGE',
    path,
    `wanted a name ending in one of ${known}, got ${extension || 'no ending'}`,
    'Choose one of these endings',
  )
}

/** What all that is drawn takes. */
function drawn({ reference, palette }: About): Pick<About, 'reference' | 'palette'> {
  return { ...(reference && { reference }), ...(palette && { palette }) }
}

function caption({ language, text }: About): string {
  return language ? `${language}: ${text}` : text
}
