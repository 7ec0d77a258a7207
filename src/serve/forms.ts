// In which forms a motion is answered: frames as they are made, or a finished file, all of it in memory.

import { setImmediate } from 'node:timers/promises'
import { parseAccept } from 'hono/utils/accept'
import { SignError } from '../base/errors.js'
import { encodeBvh } from '../formats/bvh.js'
import { encodeGlb } from '../formats/glb/glb.js'
import { encodeMotionNpz } from '../formats/npz.js'
import { encodePose, poseOfMotion } from '../formats/pose/write.js'
import type { Motion } from '../motion/clip.js'
import { gifSteps } from '../outputs/gif.js'
import { type MotionMeta, motionToJson } from '../outputs/json_motion.js'
import { mp4Animation } from '../outputs/mp4/mp4.js'
import { encodePng, rasterSheet } from '../outputs/png.js'
import { svgSheet } from '../outputs/svg.js'
import { viewerHtml } from '../outputs/viewer/viewer.js'
import { HttpProblem } from './problem.js'

type Encode = (motion: Motion, about: MotionMeta) => string | Uint8Array | Promise<string | Uint8Array>

/** A form of the answer: how it is called, its media type, and for a finished file what makes its bytes. */
export interface Form {
  readonly format: string
  readonly type: string
  readonly encode?: Encode
}

const WHO = 'the motion'

/** The first is the one for whoever does not say. */
export const forms: readonly Form[] = [
  { format: 'ndjson', type: 'application/x-ndjson' },
  { format: 'sse', type: 'text/event-stream' },
  { format: 'json', type: 'application/json', encode: (motion, about) => motionToJson(motion, about, WHO) },
  { format: 'pose', type: 'application/x-pose', encode: (motion) => encodePose(poseOfMotion(motion, WHO), WHO) },
  { format: 'glb', type: 'model/gltf-binary', encode: (motion) => encodeGlb(motion, WHO) },
  { format: 'bvh', type: 'text/x-bvh', encode: (motion) => encodeBvh(motion, WHO) },
  { format: 'npz', type: 'application/x-npz', encode: (motion) => encodeMotionNpz(motion, WHO) },
  { format: 'gif', type: 'image/gif', encode: (motion) => drawnGif(motion) },
  { format: 'mp4', type: 'video/mp4', encode: (motion) => mp4Animation(motion) },
  { format: 'png', type: 'image/png', encode: (motion) => encodePng(rasterSheet(motion, {}, WHO)) },
  { format: 'svg', type: 'image/svg+xml', encode: (motion, { text }) => svgSheet(motion, { caption: text }, WHO) },
  {
    format: 'html',
    type: 'text/html',
    encode: (motion, { text, language }) => viewerHtml([{ title: text, language, text, motion }], { title: text }),
  },
]

/** The form that is asked for: by name, else by the header Accept. Throws 400 for an unknown name, 406 where nothing that is accepted can be made. */
export function formFor(accept: string | undefined, format: string | undefined): Form {
  const known = forms.map((form) => form.format).join(', ')
  if (format !== undefined) {
    const named = forms.find((form) => form.format === format)
    if (named) return named
    throw new HttpProblem(400, 'ERR_USAGE', `format: wanted one of ${known}, got '${format.slice(0, 40)}'.`)
  }
  if (accept === undefined) return forms[0]!
  const wanted = parseAccept(accept).filter(({ q }) => q > 0)
  for (const { type } of wanted.sort((a, b) => b.q - a.q)) {
    const form = forms.find((one) => accepts(type.toLowerCase(), one.type))
    if (form) return form
  }
  const types = forms.map(({ type }) => type).join(', ')
  throw new HttpProblem(406, 'ERR_USAGE', `Accept: wanted one of ${types}, got others. Choose one of them, or name a format: ${known}.`)
}

const accepts = (range: string, type: string): boolean =>
  range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)))

/** The bytes of a finished file. Throws 406 for a motion of a layout that the format cannot hold. */
export async function fileOf(
  { format, encode }: Form & { encode: Encode },
  motion: Motion,
  about: MotionMeta,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const made = await encode(motion, about)
    return (typeof made === 'string' ? new TextEncoder().encode(made) : made) as Uint8Array<ArrayBuffer>
  } catch (error) {
    if (error instanceof SignError && error.code === 'ERR_DATA') throw new HttpProblem(406, error.code, `${format}: ${error.message}`)
    throw error
  }
}

/** A GIF takes most of a second: others have their turn between any two pictures. */
async function drawnGif(motion: Motion): Promise<Uint8Array> {
  const steps = gifSteps(motion)
  while (true) {
    const { done, value } = steps.next()
    if (done) return value
    await setImmediate()
  }
}
