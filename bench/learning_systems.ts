// Which systems read signing, and how well, beside each other: the same clips, the same scores, several seeds. Each row is trained from a run file, and what
// was trained before under the same run files is not trained again.
//
//   npm run learning:systems                                          all rows that are not there yet; corpora whose data are missing are left out
//   npm run learning:systems -- --systems GASLT,Sign2GPT --corpora grammar --seeds 27
//
// Writes bench/results/learning-systems.json and .md after each row. Nothing to pass: what helps and what does not is told.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SignError } from '../src/base/errors.js'
import { writeWhole } from '../src/base/files.js'
import { seedList } from '../src/cli_judge.js'
import { benchArguments, common } from './arguments.js'
import { USUAL_SEEDS } from './learning/judged_model.js'
import { corpora, corpusNames, written } from './learning/systems/corpora.js'
import { digestOf, languageModel, type Row, rowOf } from './learning/systems/row.js'
import { type RowSettings, type System, systems } from './learning/systems/systems.js'
import { shown, tablePage } from './learning/systems/table.js'

const OUT = 'runs/learning/systems'
const RESULTS = 'bench/results/learning-systems'

const options = {
  adapter: common.adapter,
  systems: { type: 'string', help: '<list> of systems, with commas between, instead of all' },
  corpora: { type: 'string', help: `<list> of ${corpusNames.join(', ')}, instead of all` },
  seeds: { type: 'string', help: `<list> of seeds, such as 27,28 (default: ${USUAL_SEEDS.join(',')})` },
  page: { type: 'boolean', default: false, help: 'write the page of the rows that are there, and train none' },
} as const
const { values } = benchArguments('learning:systems', options, {
  about: 'Trains systems that read signing and compares them in one table.',
})

const seeds = values.seeds === undefined ? USUAL_SEEDS : seedList(values.seeds)
const chosen = named(systems, values.systems, 'systems')
const on = named(
  corpusNames.map((name) => corpora[name]),
  values.corpora,
  'corpora',
)
const ready: Omit<RowSettings, 'seed'>[] = []
for (const corpus of values.page ? [] : on) {
  if (corpus.needs !== undefined && !existsSync(corpus.needs)) {
    console.log(`${corpus.name}: left out, because its data are missing: ${corpus.needs}`)
    continue
  }
  const out = join(OUT, corpus.name)
  const own = { corpus, prefixes: await written(corpus, join(out, 'corpus')), out }
  ready.push({ ...own, language: await languageModel({ ...own, seed: USUAL_SEEDS[0] }, values.adapter) })
}
// A seed after the other: whoever stops early has all rows of fewer seeds.
for (const seed of seeds) for (const own of ready) for (const system of chosen) await add(system, { ...own, seed })
if (values.page) await save(await kept())

/** Trains a row, unless it is there already. */
async function add(system: System, { seed, corpus, ...own }: RowSettings): Promise<void> {
  const settings = { ...own, corpus, seed, out: join(own.out, `${system.name.replaceAll(/[^A-Za-z0-9]+/g, '-')}-${seed}`) }
  const digest = digestOf(system, settings)
  const found = (await kept()).find((row) => sameRow(row, { corpus: corpus.name, system: system.name, seed }))
  if (found?.digest === digest) return
  const row = await rowOf(system, settings, values.adapter)
  await save([...(await kept()).filter((one) => !sameRow(one, row)), row])
  console.log(`${corpus.name}, ${system.name}, seed ${seed}: ${shown(row)}`)
}

/** Rows of earlier commands, and of others that run beside this one. */
async function kept(): Promise<Row[]> {
  return existsSync(`${RESULTS}.json`) ? (JSON.parse(await readFile(`${RESULTS}.json`, 'utf8')) as { rows: Row[] }).rows : []
}

async function save(rows: readonly Row[]): Promise<void> {
  const said = existsSync(`${RESULTS}.txt`) ? (await readFile(`${RESULTS}.txt`, 'utf8')).trim() : ''
  await writeWhole(`${RESULTS}.json`, `${JSON.stringify({ trial: 'systems', rows }, null, 2)}\n`)
  await writeWhole(`${RESULTS}.md`, await tablePage(rows, 'npm run learning:systems', said))
}

type RowKey = Pick<Row, 'corpus' | 'system' | 'seed'>

function sameRow(a: RowKey, b: RowKey): boolean {
  return a.corpus === b.corpus && a.system === b.system && a.seed === b.seed
}

/** Those that are listed, or all. Throws ERR_USAGE for a name that is none. */
function named<T extends { readonly name: string }>(all: readonly T[], list: string | undefined, what: string): readonly T[] {
  if (list === undefined) return all
  return list.split(',').map((name) => {
    const found = all.find((one) => one.name === name)
    if (found) return found
    const problem = `wanted ${what} of ${all.map((one) => one.name).join(', ')}, got '${name}'`
    throw new SignError('ERR_USAGE', 'learning:systems', problem, 'Name some of these')
  })
}
