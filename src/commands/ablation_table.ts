// What an ablation found as tables: for people who read a terminal, and in Markdown with what it takes to count it again.

import { formatTable } from '../base/table.js'
import { type TextMeasure, textMeasures } from '../judge/measures.js'
import type { AblationRow, JudgedBaseline, Spread } from './ablation.js'

export interface TableOptions {
  readonly scoreName: string
  readonly reference: string
  readonly baselines?: readonly JudgedBaseline[]
}

/** Where the numbers come from. */
export interface AblationOrigin {
  readonly name: string
  /** As it can be typed again. */
  readonly command: string
  readonly adapter: string
  readonly seeds: readonly number[]
  /** As 2026-11-29. */
  readonly date: string
  readonly split?: string
  readonly judges?: readonly { readonly name: string; readonly hash: string; readonly seed: number }[]
}

type Cells = readonly (readonly string[])[]

/** The rows as lines for people. */
export function formatAblation(rows: readonly AblationRow[], options: TableOptions): string {
  const tables = [comparison(rows, options), lastValidation(rows, options)].flatMap((cells) => (cells ? [formatTable(cells)] : []))
  return tables.join('\n\n')
}

/** The rows in Markdown, with what they are of. */
export function ablationMarkdown(rows: readonly AblationRow[], options: TableOptions, origin: AblationOrigin): string {
  const { name, command, adapter, seeds, date, split, judges = [] } = origin
  const scalars = lastValidation(rows, options)
  const lines = [
    `# Ablation ${name}`,
    '',
    `\`${command}\``,
    '',
    `${date}, on ${adapter}, seeds ${seeds.join(', ')}. Mean ± sample standard deviation over seeds${judges.length > 0 ? ', and of what judges read over judges too' : ''}; ${options.scoreName}: lower is better.`,
    ...(judges.length > 0
      ? ['', `Judged on the ${split} split: ${judges.map((one) => `${one.name} ${one.hash}, seed ${one.seed}`).join('; ')}.`]
      : []),
    '',
    markdownTable(comparison(rows, options)),
    ...(scalars ? ['', 'At the last validation:', '', markdownTable(scalars)] : []),
  ]
  return `${lines.join('\n')}\n`
}

function comparison(rows: readonly AblationRow[], { scoreName, reference, baselines = [] }: TableOptions): Cells {
  const measures = [...new Set(rows.flatMap(({ judged = {} }) => Object.keys(judged)))]
  const judgedCells = (judged: Readonly<Record<string, Spread>> = {}) => measures.map((measure) => cell(judged[measure], 2))
  const columns: readonly (readonly [head: string, (row: AblationRow) => string])[] = [
    ['parameters', ({ parameters }) => (Number.isFinite(parameters) ? String(parameters) : '-')],
    ['ms a step', ({ stepMilliseconds }) => cell(stepMilliseconds, 1)],
    ...(measures.length > 0 ? [['frames a second', ({ framesPerSecond }: AblationRow) => cell(framesPerSecond, 0)] as const] : []),
    ['seconds', ({ seconds }) => cell(seconds, 0)],
    [`time to ${reference}'s best`, (row) => (row.reached > 0 ? `× ${cell(row.timeRatio, 2)}` : '-')],
    ['steps', (row) => (row.reached > 0 ? `× ${cell(row.stepRatio, 2)}` : '-')],
    ['reached', ({ reached, runs }) => `${reached} of ${runs}`],
  ]
  return [
    ['', `final ${scoreName}`, `best ${scoreName}`, ...measures.map(labelOf), ...columns.map(([head]) => head)],
    ...rows.map((row) => [
      row.variant,
      cell(row.finalScore, 3),
      cell(row.bestScore, 3),
      ...judgedCells(row.judged),
      ...columns.map(([, of]) => of(row)),
    ]),
    ...baselines.map(({ name, judged }) => [name, '-', '-', ...judgedCells(judged), ...columns.map(() => '-')]),
  ]
}

/** What else was measured; undefined where that is nothing. */
function lastValidation(rows: readonly AblationRow[], { scoreName }: TableOptions): Cells | undefined {
  const names = [...new Set(rows.flatMap(({ scalars }) => Object.keys(scalars)))].filter((name) => name !== scoreName.toLowerCase())
  if (names.length === 0) return undefined
  return [['', ...names], ...rows.map(({ variant, scalars }) => [variant, ...names.map((name) => cell(scalars[name], 3))])]
}

const labelOf = (measure: string): string => textMeasures[measure as TextMeasure].label

function cell(spread: Spread | undefined, digits: number): string {
  if (!spread || !Number.isFinite(spread.mean)) return '-'
  const { mean, deviation } = spread
  return `${mean.toFixed(digits)}${Number.isFinite(deviation) ? ` ± ${deviation.toFixed(digits)}` : ''}`
}

function markdownTable([head = [], ...rows]: Cells): string {
  const line = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `| :-- |${' --: |'.repeat(head.length - 1)}`, ...rows.map(line)].join('\n')
}
