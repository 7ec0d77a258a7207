// The report as a page: one HTML file that fetches nothing, opened from a disk as well as from a server.

import type { Motion } from '../../motion/clip.js'
import { htmlPage } from '../../outputs/html_page.js'
import { escapeMarkup } from '../../outputs/markup.js'
import { type ViewerEntry, viewerHtml } from '../../outputs/viewer/viewer.js'
import { textMeasures } from '../measures.js'
import type { ClipReport, EvalReport } from '../report.js'
import { CEILING } from '../systems.js'
import { number } from '../table.js'
import { alignmentFigure } from './alignment.js'
import { meters } from './meters.js'
import { reportStyle } from './style.js'
import { classTable, clipTable, glossTable, limitNote, motionTable, partTable, textTable } from './tables.js'

/** The motions of a clip, for looking at. */
export interface ShownMotions {
  readonly reference: Motion
  readonly generated?: Motion
}

/** Clips that are shown of each end of the list. */
const SHOWN = 6

/** The page as a string. `motionsOf` gives a clip's motions by its name; of few clips only, the worst and the best. */
export function reportHtml(report: EvalReport, motionsOf: (clip: string) => ShownMotions | undefined): string {
  const { warnings, primary, glosses, clips, classes, provenance } = report
  const ends = [...clips.slice(0, SHOWN), ...clips.slice(SHOWN).slice(-SHOWN)]
  const drawn = ends.map(alignmentFigure).filter((figure) => figure !== '')
  const { label } = textMeasures[primary]
  const body = [
    ...(warnings.length > 0 ? [warningSection(warnings)] : []),
    section('Between floor and ceiling', meters(report)),
    section('Text', `<p class="soft">What the judges read, against the references. ± is the spread over judges.</p>${textTable(report)}`),
    section(
      'Motions',
      `<p class="soft">What judges do not see. The best distance, wrist path, duration and pose std are 1. Hand DTW: of the hands that sign, relative to their wrists, 0 at best. Bones: how much their lengths change, 0 for a rigid skeleton, by part of the body. A motion nearly at 0 from its nearest training clip is counted as copied.</p>${motionTable(report)}`,
    ),
    section(
      'Parts of the body',
      `<p class="soft">How far each part is from the references, in shoulder widths. Normalised: of the generated motions, 0 as far as shuffled references, 1 at the reference.</p>${partTable(report)}`,
    ),
    ...(classes.length > 0
      ? [
          section(
            `${label} by class`,
            `<p class="soft">The class where the generated motions are furthest below the ceiling is bold.</p>${classTable(report)}`,
          ),
        ]
      : []),
    ...(glosses.length > 0
      ? [
          section(
            'Glosses',
            `<p class="soft">How often each gloss is not read, in percent.${limitNote(glosses.length)}</p>${glossTable(report)}`,
          ),
        ]
      : []),
    ...(drawn.length > 0 ? [section('What was read when', drawn.join('\n'))] : []),
    section(
      'Clips, worst first',
      `<p class="soft">Where judges differ, all that they read.${limitNote(clips.length)}</p>${clipTable(report)}`,
    ),
    provenanceSection(report),
    viewerSection(ends, report, motionsOf),
  ]
  const header = `<h1>Evaluation: ${escapeMarkup(provenance.files[0]?.name ?? provenance.split)}</h1>`
  return htmlPage(`Evaluation: ${provenance.files[0]?.name ?? provenance.split}`, reportStyle, `<main>\n${body.join('\n')}\n</main>`, {
    header,
  })
}

const section = (heading: string, content: string, kind = ''): string =>
  `<section${kind && ` class="${kind}"`}>\n<h2>${escapeMarkup(heading)}</h2>\n${content}\n</section>`

function warningSection(warnings: readonly string[]): string {
  const items = warnings.map((warning) => `<li>${escapeMarkup(warning)}</li>`)
  return section('Before you believe these numbers', `<ul>${items.join('\n')}</ul>`, 'warnings')
}

function provenanceSection({ provenance, judges, seed, clipCount, signatures }: EvalReport): string {
  const { command, adapter, versions, split, files } = provenance
  const lines = [
    `<p>Command: <code>${escapeMarkup(command)}</code></p>`,
    `<p class="soft">${escapeMarkup(
      `${clipCount} clips of ${split}, seed ${seed}, on ${adapter}; ${Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')}`,
    )}</p>`,
    `<ul class="signatures">${judges.map(({ name, hash, seed: own, scoreSignature }) => `<li>${escapeMarkup(`judge ${name} ${hash}, seed ${own}: `)}<code>${escapeMarkup(scoreSignature)}</code></li>`).join('')}`,
    `${files.map(({ name, sha256 }) => `<li>${escapeMarkup(name)}: <code>${escapeMarkup(sha256)}</code></li>`).join('')}</ul>`,
    `<p class="soft">How each score is counted:</p>`,
    `<ul class="signatures">${[...Object.values(signatures.text), ...Object.values(signatures.motion)].map((signature) => `<li><code>${escapeMarkup(signature)}</code></li>`).join('')}</ul>`,
  ]
  return section('Where the numbers come from', lines.join('\n'))
}

/** A page of its own inside this one, so that its keys steer it only while it has the focus. Last, since all of its controls follow in the order of the tab key. */
function viewerSection(
  clips: readonly ClipReport[],
  { clipMeasure }: EvalReport,
  motionsOf: (clip: string) => ShownMotions | undefined,
): string {
  const { label } = textMeasures[clipMeasure]
  const entries = clips.flatMap((clip): ViewerEntry[] => {
    const motions = motionsOf(clip.name)
    if (!motions) return []
    const { reference, generated } = motions
    const read = (name: 'generated' | typeof CEILING) => clip.hypotheses[name]?.[0] || '(nothing)'
    const scores = {
      ...(generated && { [label]: number(clip.scores.generated, 2), 'read in generated': read('generated') }),
      [`${label} of ground truth`]: number(clip.scores[CEILING], 2),
      'read in ground truth': read(CEILING),
    }
    const shown = generated ? { motion: generated, reference } : { motion: reference }
    return [{ title: clip.name, language: clip.language, text: clip.text, scores, ...shown }]
  })
  if (entries.length === 0) return ''
  const page = viewerHtml(entries, { title: 'The worst clips, then the best' })
  return section(
    'The worst clips, then the best',
    `<iframe title="The worst clips, then the best" srcdoc="${escapeMarkup(page)}"></iframe>`,
  )
}
