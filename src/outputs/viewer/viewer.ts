// A page that plays motions in any browser: one HTML file, nothing fetched, opened from a disk as well as from a server.

import { writeWhole } from '../../base/files.js'
import { viewerScript } from '../../generated/pages.js'
import { checkMotion } from '../../motion/check.js'
import type { Motion } from '../../motion/clip.js'
import { isSkeleton } from '../../motion/layout/layouts.js'
import { cameraFor } from '../camera.js'
import type { PaletteName } from '../colours.js'
import { htmlPage, withScript } from '../html_page.js'
import { playerBody, withoutScript } from './body.js'
import type { PackedClip, PackedMotion, ViewerData } from './data.js'
import { viewerStyle } from './style.js'

/** One clip of the page. */
export interface ViewerEntry {
  readonly title: string
  /** Language tag, e.g. `ASL`. */
  readonly language: string
  readonly text: string
  readonly motion: Motion
  /** What the motion is compared with, beside it or under it. */
  readonly reference?: Motion
  /** Shown as they come; numbers with up to two decimals. */
  readonly scores?: Readonly<Record<string, number | string>>
}

export interface ViewerOptions {
  readonly title: string
  /** `standard` if not said. */
  readonly palette?: PaletteName
}

const LARGEST = 32767

/** Writes the page. Throws ERR_DATA for a malformed motion, ERR_OUTPUT where `path` cannot be written. */
export async function writeViewer(path: string, entries: readonly ViewerEntry[], options: ViewerOptions): Promise<void> {
  await writeWhole(path, viewerHtml(entries, options))
}

/** The page as a string. `entries` are listed in their order; the first is shown. */
export function viewerHtml(entries: readonly ViewerEntry[], options: ViewerOptions): string {
  const data: ViewerData = { clips: entries.map(packEntry), palette: options.palette ?? 'standard' }
  return htmlPage(options.title, viewerStyle, `${playerBody}\n${withoutScript}\n${withScript(data, viewerScript)}`)
}

function packEntry({ title, language, text, motion, reference, scores = {} }: ViewerEntry): PackedClip {
  checkMotion(motion, title)
  if (reference) checkMotion(reference, `${title}, reference`)
  const { centre, extent } = cameraFor(reference ? [motion, reference] : [motion])
  return {
    title,
    language,
    text,
    scores: Object.entries(scores).map(([name, score]) => [name, typeof score === 'number' ? readable(score) : score] as const),
    centre,
    extent,
    motion: packMotion(motion),
    ...(reference && { reference: packMotion(reference) }),
  }
}

/** Rounds to 1/32767 of the largest coordinate: a tenth of a pixel on a large screen is three times that. */
export function packMotion(motion: Motion): PackedMotion {
  const { joints, fps, frames, layout, confidence } = motion
  let largest = 0
  for (const value of joints) largest = Math.max(largest, Math.abs(value))
  const step = largest / LARGEST || 1
  const bytes = Buffer.alloc(joints.length * 2)
  joints.forEach((value, i) => {
    bytes.writeInt16LE(Math.round(value / step), 2 * i)
  })
  return {
    fps,
    frames,
    ...(layout === undefined || isSkeleton(motion) ? {} : { layout }),
    step,
    data: bytes.toString('base64'),
    ...(confidence && { seen: Buffer.from(Uint8Array.from(confidence, (sure) => (sure > 0 ? 1 : 0))).toString('base64') }),
  }
}

/** Up to two decimals, without zeros at the end. What is too small for them is told from a real zero. */
function readable(score: number): string {
  const rounded = Number(score.toFixed(2))
  if (rounded === 0 && score !== 0) return score > 0 ? '<0.01' : '>-0.01'
  return String(rounded)
}
