// The tables of the report page.

import { scrolling } from '../../outputs/html_page.js'
import { escapeMarkup } from '../../outputs/markup.js'
import { measureNames, textMeasures } from '../measures.js'
import type { ClipReport, EvalReport } from '../report.js'
import { CEILING } from '../systems.js'
import { againstTruth, classCells, classColumns, motionColumns, named, number, partRows, withSpread } from '../table.js'

/** Lines of a list; a page with more would not be read, nor opened. */
const LINES = 500

type Cell = string | { readonly text: string; readonly kind: 'text' | 'words' | 'name' }

/** A table whose cells are escaped; the first column, and those of a kind, to the left. */
function table(label: string, head: readonly Cell[], rows: readonly { readonly cells: readonly Cell[]; readonly kind?: string }[]): string {
  const cell = (tag: 'th' | 'td') => (content: Cell) =>
    typeof content === 'string'
      ? `<${tag}>${escapeMarkup(content)}</${tag}>`
      : `<${tag} class="text ${content.kind}">${escapeMarkup(content.text)}</${tag}>`
  const lines = rows.map(({ cells, kind }) => `<tr${kind ? ` class="${kind}"` : ''}>${cells.map(cell('td')).join('')}</tr>`)
  return scrolling(label, `<table>\n<thead><tr>${head.map(cell('th')).join('')}</tr></thead>\n<tbody>${lines.join('\n')}</tbody>\n</table>`)
}

export function textTable({ systems, primary }: EvalReport): string {
  const shown = measureNames.filter((measure) => systems.some(({ text }) => text[measure]))
  const head = ['', ...shown.map((measure) => textMeasures[measure].label), 'normalised', 'length ratio', 'against ground truth [95 %]']
  const rows = systems.map((system) => ({
    cells: [
      named(system),
      ...shown.map((measure) => withSpread(system.text[measure])),
      number(system.normalised[primary], 2),
      number(system.lengthRatio.mean, 2),
      againstTruth(system),
    ],
  }))
  return table('Scores of the text', head, rows)
}

export function motionTable({ systems }: EvalReport): string {
  const columns = motionColumns(systems)
  const rows = systems.map((system) => ({ cells: [named(system), ...columns.map(({ cell }) => cell(system.motion))] }))
  return table('Scores of the motions', ['', ...columns.map(({ label }) => label)], rows)
}

export function partTable(report: EvalReport): string {
  const [head, ...rows] = partRows(report)
  return table(
    'Parts of the body',
    head!,
    rows.map((cells) => ({ cells })),
  )
}

export function classTable({ classes, systems, worstClass }: EvalReport): string {
  const names = systems.map(({ name }) => name)
  const rows = classes.map((one) => ({
    cells: [one.name, String(one.clips), ...classCells(one, names)],
    ...(worstClass?.name === one.name && worstClass.kind === one.kind ? { kind: 'worst' } : {}),
  }))
  return table('Scores by class', ['', 'clips', ...names, ...classColumns], rows)
}

export function glossTable({ glosses }: EvalReport): string {
  const names = Object.keys(glosses[0]?.errorRates ?? {}) as (keyof (typeof glosses)[number]['errorRates'])[]
  const rows = glosses.slice(0, LINES).map(({ gloss, times, errorRates }) => ({
    cells: [gloss, String(times), ...names.map((name) => number(errorRates[name], 1))],
  }))
  return table('Error rate of each gloss', ['gloss', 'times', ...names.map((name) => `${name} %`)], rows)
}

export function clipTable({ clips, clipMeasure, systems }: EvalReport): string {
  const first = systems[0]!.name
  const { label } = textMeasures[clipMeasure]
  const both = first === CEILING ? [first] : [first, CEILING]
  const read = ({ hypotheses }: ClipReport, name: (typeof both)[number]) =>
    [...new Set(hypotheses[name] ?? [])].map((text) => text || '(nothing)').join(' / ')
  const head: Cell[] = [
    'clip',
    ...both.map((name) => `${label}, ${name}`),
    { text: 'reference', kind: 'words' },
    ...both.map((name) => ({ text: `read in ${name}`, kind: 'words' as const })),
  ]
  const rows = clips.slice(0, LINES).map((clip) => ({
    cells: [
      { text: clip.name, kind: 'name' as const },
      ...both.map((name) => number(clip.scores[name], 2)),
      { text: clip.text, kind: 'words' as const },
      ...both.map((name) => ({ text: read(clip, name), kind: 'words' as const })),
    ],
  }))
  return table('Clips, worst first', head, rows)
}

/** Says so where a list is longer than the page. */
export const limitNote = (count: number): string => (count > LINES ? ` The first ${LINES} of ${count}.` : '')
