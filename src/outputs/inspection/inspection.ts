// A page that shows at a glance what a corpus is like: what is in it, what it looks like, what was found wrong with it and where.

import { counted } from '../../base/counted.js'
import { writeWhole } from '../../base/files.js'
import { boneLengthSpread } from '../../motion/bone_lengths.js'
import { checkSkeleton } from '../../motion/check.js'
import type { Clip } from '../../motion/clip.js'
import { htmlPage, scrolling } from '../html_page.js'
import { escapeMarkup } from '../markup.js'
import { svgSheet } from '../svg.js'
import { boneBars, lengthHistogram, missingHeatMap, percent } from './charts.js'
import { inspectionStyle } from './style.js'

export interface InspectedClip {
  readonly clip: Clip
  /** What was found in it, as lines. */
  readonly findings?: readonly string[]
  /** `[50]`: the share of frames, 0 to 1, in which each joint was not seen. Only detections know. */
  readonly missing?: ArrayLike<number>
}

export interface Inspection {
  readonly title: string
  /** Facts for the head of the page beside those counted here, e.g. `['licence', 'CC BY 4.0']`. */
  readonly about?: readonly (readonly [label: string, value: string])[]
  /** At least one. */
  readonly clips: readonly InspectedClip[]
  /** What was found in the corpus as a whole and in its lines. */
  readonly findings?: readonly { readonly severity: 'error' | 'warning'; readonly where: string; readonly problem: string }[]
}

/** Clips with a picture, spread evenly over the corpus. */
const PICTURES = 24
/** Lines of each list; a page with more would not be read, nor opened. */
const LINES = 500

/** Writes the page. Throws ERR_DATA for a malformed motion, ERR_OUTPUT where `path` cannot be written. */
export async function writeInspection(path: string, inspection: Inspection): Promise<void> {
  await writeWhole(path, inspectionHtml(inspection))
}

/** The page as a string: one file that fetches nothing and runs nothing. */
export function inspectionHtml({ title, about = [], clips, findings = [] }: Inspection): string {
  for (const { clip } of clips) checkSkeleton(clip, clip.name)
  const spreads = clips.map(({ clip }) => boneLengthSpread(clip))
  const missing = clips.flatMap((entry) => (entry.missing ? [entry.missing] : []))
  const sections = [
    wide('Corpus', '', facts([...sizes(clips), ...about])),
    ...(findings.length > 0 ? [wide(`Findings: ${tally(findings)}`, limitNote(findings.length), findingList(findings))] : []),
    wide(
      'Pictures',
      `Beginning, middle and end of ${counted(Math.min(PICTURES, clips.length), 'clip')}.`,
      pictures(clips.map(({ clip }) => clip)),
    ),
    section(
      'Length',
      'Number of clips by length.',
      scrolling('Length of clips', lengthHistogram(clips.map(({ clip }) => clip.frames / clip.fps))),
    ),
    ...(missing.length > 0
      ? [
          section(
            'Missing joints',
            'Rows are joints, columns are clips; the darker, the more frames of the clip lack the joint.',
            scrolling('Missing joints', missingHeatMap(missing)),
          ),
        ]
      : []),
    wide(
      'Bone length variation',
      'Standard deviation of each bone’s length over the frames of a clip, relative to its mean; average over all clips. 0 is a rigid skeleton. Bones are named by the joint at their end.',
      boneBars(meanSpread(spreads)),
    ),
    wide('Clips', limitNote(clips.length), clipTable(clips, spreads)),
  ]
  return htmlPage(title, inspectionStyle, `<main>\n${sections.join('\n')}\n</main>`)
}

function sizes(clips: readonly InspectedClip[]): [string, string][] {
  const sum = (of: (clip: Clip) => number): number => clips.reduce((total, { clip }) => total + of(clip), 0)
  const seconds = sum((clip) => clip.frames / clip.fps)
  const rates = [...new Set(clips.map(({ clip }) => String(Number(clip.fps.toFixed(2)))))]
  const languages = [...new Set(clips.map(({ clip }) => clip.language))].sort()
  return [
    ['clips', String(clips.length)],
    ['frames', String(sum((clip) => clip.frames))],
    ['duration', seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`],
    ['frames a second', rates.join(', ')],
    ['languages', languages.map((tag) => `${tag} ${clips.filter(({ clip }) => clip.language === tag).length}`).join(', ')],
  ]
}

function facts(rows: readonly (readonly [string, string])[]): string {
  return `<dl>${rows.map(([label, value]) => `<div><dt>${escapeMarkup(label)}</dt><dd>${escapeMarkup(value)}</dd></div>`).join('')}</dl>`
}

function tally(findings: NonNullable<Inspection['findings']>): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  return `${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`
}

function limitNote(count: number): string {
  return count > LINES ? `The first ${LINES} of ${count}.` : ''
}

function findingList(findings: NonNullable<Inspection['findings']>): string {
  const items = findings.slice(0, LINES).map(({ severity, where, problem }) => {
    return `<li><span class="tag ${severity}">${severity}</span> <span class="where">${escapeMarkup(where)}</span> ${escapeMarkup(problem)}</li>`
  })
  return `<ul class="findings">${items.join('\n')}</ul>`
}

function pictures(clips: readonly Clip[]): string {
  const shown = Math.min(PICTURES, clips.length)
  const figures = Array.from({ length: shown }, (_, i) => {
    const clip = clips[Math.floor((i * clips.length) / shown)]!
    const sheet = svgSheet(clip, { frames: 3, columns: 3, size: 150 }, clip.name)
    const words = `<span class="tag">${escapeMarkup(clip.language)}</span> ${escapeMarkup(clip.name)} <span class="words">${escapeMarkup(clip.text)}</span>`
    return `<figure>${sheet}<figcaption>${words}</figcaption></figure>`
  })
  return `<div class="thumbs">${figures.join('\n')}</div>`
}

/** The mean over clips of each bone's spread, clips in which it has no length left out. */
function meanSpread(spreads: readonly Float64Array[]): number[] {
  return Array.from(spreads[0] ?? [], (_, bone) => mean(spreads.map((spread) => spread[bone]!)))
}

/** Of the numbers that are finite; NaN of none. */
function mean(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite)
  return finite.reduce((sum, value) => sum + value, 0) / finite.length
}

function clipTable(clips: readonly InspectedClip[], spreads: readonly Float64Array[]): string {
  const detected = clips.some(({ missing }) => missing)
  const rows = clips.slice(0, LINES).map(({ clip, findings = [], missing }, i) => {
    const cells = [
      `<td class="name">${escapeMarkup(clip.name)}</td>`,
      `<td><span class="tag">${escapeMarkup(clip.language)}</span></td>`,
      `<td>${escapeMarkup(clip.text)}</td>`,
      ...[String(clip.frames), (clip.frames / clip.fps).toFixed(1), percent(mean([...spreads[i]!]) || 0)].map(numberCell),
      ...(detected ? [numberCell(missing ? percent(mean(Array.from(missing))) : '')] : []),
      `<td>${findings.map(escapeMarkup).join('<br>')}</td>`,
    ]
    return `<tr>${cells.join('')}</tr>`
  })
  const numbers = ['frames', 'seconds', 'stretch', ...(detected ? ['not seen'] : [])]
  const head = ['name', 'language', 'text']
    .map((name) => `<th>${name}</th>`)
    .concat(numbers.map((name) => `<th class="number">${name}</th>`))
  const table = `<table><thead><tr>${head.join('')}<th>findings</th></tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`
  return scrolling('Clips', table)
}

const numberCell = (content: string): string => `<td class="number">${content}</td>`

function wide(heading: string, note: string, content: string): string {
  return section(heading, note, content, ' class="wide"')
}

function section(heading: string, note: string, content: string, attributes = ''): string {
  const line = note ? `<p class="note">${note}</p>` : ''
  return `<section${attributes}>\n<h2>${heading}</h2>${line}\n${content}\n</section>`
}
