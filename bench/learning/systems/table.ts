// All rows as tables in Markdown, with what it takes to count them again.

import { mebibytes } from '../../../src/profile/memory_plan.js'
import { corpora, corpusNames } from './corpora.js'
import type { Row, SentenceScores } from './row.js'
import { sourceLines } from './source_lines.js'
import { type System, systems } from './systems.js'

/** The page of results; `said` is what they say, in words. */
export async function tablePage(rows: readonly Row[], command: string, said: string): Promise<string> {
  const adapters = [...new Set(rows.map(({ adapter }) => adapter))].join(', ')
  const seeds = [...new Set(rows.map(({ seed }) => seed))].sort((a, b) => a - b)
  const lines = [
    '# Systems that read signing',
    '',
    `\`${command}\``,
    '',
    `On ${adapters}, seeds ${seeds.join(', ')}: mean ± sample standard deviation over seeds. All systems are trained on the same clips of 50 joints, in small sizes, and`,
    'scored by the same code: word errors (edits by hundred words of the reference; of spelled words, letters), BLEU without smoothing, and sentences that are exact,',
    'beam search of 4, dev chose the checkpoint. *Shuffled*: what is written of a clip held against the sentence of the next one, the floor. *Density ratio*: how far',
    'apart instances of a gloss are beside those of other glosses, on dev; lower is better. Time is of a busy machine: compare it within a factor of two. Memory is what',
    'the last stage takes: weights, what the optimiser keeps, and activations of its largest batch.',
    '',
    said,
    '',
    ...corpusNames.flatMap((corpus) =>
      tableOf(
        rows.filter((row) => row.corpus === corpus),
        corpus,
      ),
    ),
    '## SignCL on and off',
    '',
    ...contrast(rows),
    '## Lines of code',
    '',
    'Lines that are not empty, of what each system has beside what others share; without kernels, shaders, references, tests and benches. Switches within shared files are not counted.',
    '',
    ...(await lineTable()),
  ]
  return `${lines.join('\n')}\n`
}

function tableOf(rows: readonly Row[], corpus: (typeof corpusNames)[number]): string[] {
  if (rows.length === 0) return []
  const { what } = corpora[corpus]
  const head = [
    'system',
    'word errors, %',
    'BLEU-1',
    'BLEU-4',
    'exact, %',
    'shuffled: errors, %',
    'density ratio',
    'trained',
    'frozen',
    'ms a step',
    'memory',
    'seeds',
  ]
  const body = systems.flatMap((system) => {
    const own = rows.filter((row) => row.system === system.name)
    return own.length === 0 ? [] : [cellsOf(system, own)]
  })
  return [`## ${corpus}`, '', `${what[0]!.toUpperCase()}${what.slice(1)}.`, '', ...markdown([head, ...body]), '']
}

function cellsOf({ name }: System, rows: readonly Row[]): string[] {
  const of = (value: (row: Row) => number, digits: number) => spread(rows.map(value), digits)
  const last = rows.map(({ stages }) => stages.at(-1)!)
  const ratios = rows.flatMap(({ densityRatio }) => densityRatio ?? [])
  return [
    name,
    of(({ errors }) => errors, 1),
    of(({ bleu1 }) => bleu1, 1),
    of(({ bleu4 }) => bleu4, 1),
    of(({ exact }) => 100 * exact, 1),
    of(({ shuffled }) => shuffled.errors, 1),
    ratios.length === 0 ? '-' : spread(ratios, 3),
    Math.max(...last.map(({ parameters }) => parameters)).toLocaleString('en'),
    Math.max(...last.map(({ frozen }) => frozen)).toLocaleString('en'),
    spread(
      last.map(({ seconds, steps }) => (1000 * seconds) / steps),
      0,
    ),
    mebibytes(Math.max(...last.map(({ memory }) => memory))),
    String(rows.length),
  ]
}

/** Rows with SignCL beside those without, seed by seed. */
function contrast(rows: readonly Row[]): string[] {
  const measures: readonly (readonly [string, (row: Row) => number | undefined, number])[] = [
    ['word errors', ({ errors }) => errors, 1],
    ['BLEU-4', ({ bleu4 }) => bleu4, 1],
    ['density ratio', ({ densityRatio }) => densityRatio, 3],
  ]
  const body = systems.flatMap(({ name, without }) =>
    corpusNames.flatMap((corpus) => {
      const own = rows.filter((row) => row.corpus === corpus && row.system === name)
      if (without === undefined || own.length === 0) return []
      const cells = measures.map(([, of, digits]) => {
        const changes = own.flatMap((row) => {
          const plain = rows.find((one) => one.corpus === corpus && one.system === without && one.seed === row.seed)
          const [after, before] = [of(row), plain && of(plain)]
          return after === undefined || before === undefined ? [] : [after - before]
        })
        return changes.length === 0
          ? '-'
          : `${spread(changes, digits)} (lower with ${changes.filter((change) => change < 0).length} of ${changes.length})`
      })
      return [[without, corpus, ...cells]]
    }),
  )
  return body.length === 0 ? [] : [...markdown([['change by SignCL', 'corpus', ...measures.map(([name]) => name)], ...body]), '']
}

async function lineTable(): Promise<string[]> {
  const body = await Promise.all(systems.map(async ({ name, what, sources }) => [name, what, String(await sourceLines(sources))]))
  return markdown([['system', 'what it is', 'lines'], ...body])
}

/** Mean and sample standard deviation. */
function spread(values: readonly number[], digits: number): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return values.length < 2 ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${Math.sqrt(squares / (values.length - 1)).toFixed(digits)}`
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `| :-- |${' --: |'.repeat(head.length - 1)}`, ...rows.map(line)]
}

/** The measure that rows are compared by for people who wait. */
export const shown = ({ errors, bleu4, exact }: SentenceScores): string =>
  `word errors ${errors.toFixed(1)} %, BLEU-4 ${bleu4.toFixed(1)}, exact ${(100 * exact).toFixed(1)} %`
