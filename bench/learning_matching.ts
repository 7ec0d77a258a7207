// Does it matter what each clip is told from? Trains sign-text matching on the built-in grammar with batches of 4, as the released GFSLT-VLP compares them, 16 and 64,
// the last through caching of features in passes of 16 and, to see what the passes' own norms change, whole: with as many steps, and with as many clips seen.
// Scores how often held-out sentences find their clips and clips their sentences.
//
//   npm run learning:matching      passes if with every seed every batch finds more than chance, both ways, and batches of 64 in passes more than those of 4 after
//                                  as many steps, in the mean of all seeds

import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { formatTable } from '../src/base/table.js'
import { readCheckpoint } from '../src/checkpoint/file.js'
import { restoreSignTextMatching } from '../src/checkpoint/sign_text_matching.js'
import { seedList } from '../src/cli_judge.js'
import { trainTask } from '../src/commands/train.js'
import { SignTextMatcher } from '../src/infer/sign_text_matcher.js'
import { openGpu } from '../src/platform/node/open.js'
import { loadSignTextMatchingConfig } from '../src/tasks/run_file.js'
import { type RetrievalScores, scoreRetrieval } from '../src/tasks/sign_text_matching/evaluate.js'
import { signTextMatching } from '../src/tasks/sign_text_matching/task.js'
import { loadSplit } from '../src/train/signing/load_signing.js'
import { taskRun } from '../src/train/task.js'
import { meanOf, USUAL_SEEDS } from './learning/judged_model.js'
import { chosenTrial } from './learning/trial.js'

const RUN = 'bench/learning/sign_text_matching.yaml'
const { options } = chosenTrial({ matching: { what: 'clips and sentences that find each other, by size of batch', takes: ['seeds'] } })
const { trained, json, adapter } = options
const seeds = options.seeds === undefined ? USUAL_SEEDS : seedList(options.seeds)
const config = await loadSignTextMatchingConfig(RUN)
const steps = config.stop.steps!
/** Of the largest batch after as many steps as all have. */
const clipsSeen = 64 * steps

interface Row {
  readonly name: string
  readonly size: number
  readonly microBatch: number | null
  readonly steps: number
}

const rowOf = (size: number, microBatch: number | null, of: number): Row => ({
  ...{ name: `${size}${microBatch === null ? '' : `-by-${microBatch}`}-${of}`, size, microBatch, steps: of },
})
const rows: readonly Row[] = [
  rowOf(4, null, steps),
  rowOf(16, null, steps),
  rowOf(64, 16, steps),
  rowOf(16, null, clipsSeen / 16),
  rowOf(4, null, clipsSeen / 4),
  rowOf(64, null, steps),
]
const runOf = ({ name, size, microBatch, steps: of }: Row, seed: number) => ({
  ...config,
  ...{ seed, name: `${config.name}-${name}-${seed}`, out: join(config.out, `${name}-${seed}`) },
  ...{ batch: { ...config.batch, size, microBatch }, stop: { ...config.stop, steps: of } },
  schedule: { ...config.schedule, warmup: of / 10, steps: of } as typeof config.schedule,
  validate: { ...config.validate, every: of / 3 },
  checkpoint: { ...config.checkpoint, every: of },
})
if (!trained)
  for (const seed of seeds)
    for (const row of rows) await trainTask(taskRun(signTextMatching, runOf(row, seed)), { overwrite: true, json, adapter })

const test = await loadSplit(config, 'test', undefined)
if (test.input !== 'poses') throw new Error('wanted poses')
const texts = test.clips.map(({ text }) => text)
const { gpu } = await openGpu({ adapter })
const found: (Row & { readonly seed: number; readonly scores: RetrievalScores })[] = []
for (const row of rows) {
  for (const seed of seeds) {
    await using model = restoreSignTextMatching(gpu, await readCheckpoint(join(runOf(row, seed).out, 'best.safetensors')))
    await using matcher = new SignTextMatcher(gpu, model)
    const features = { texts, signs: await matcher.signs(test.clips), sentences: await matcher.texts(texts) }
    found.push({ ...row, seed, scores: scoreRetrieval(features).result })
  }
}
const ways = ['textToSign', 'signToText'] as const
const means = rows.map((row) => {
  const own = found.filter(({ name }) => name === row.name).map(({ scores }) => scores)
  const of = (way: (typeof ways)[number], at: 'at1' | 'at5') => own.map((scores) => scores[way][at])
  const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values)
  return {
    ...row,
    textToSign: { at1: meanOf(of('textToSign', 'at1')), at5: meanOf(of('textToSign', 'at5')), spread: spread(of('textToSign', 'at1')) },
    signToText: { at1: meanOf(of('signToText', 'at1')), at5: meanOf(of('signToText', 'at5')), spread: spread(of('signToText', 'at1')) },
  }
})
const { chance, clips, sentences } = found[0]!.scores
const meanNamed = (row: Row) => means.find(({ name }) => name === row.name)!
const passed =
  found.every(({ scores }) => ways.every((way) => scores[way].at1 > scores.chance[way].at1)) &&
  ways.every((way) => meanNamed(rows[2]!)[way].at1 > meanNamed(rows[0]!)[way].at1)
const result = { trial: 'matching', run: RUN, adapter: gpu.label, passed, clips, sentences, chance, means, found }
await writeWhole('bench/results/learning-matching.json', `${JSON.stringify(result, null, 2)}\n`)
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const lines = formatTable([
  ['batch', 'passes of', 'steps', 'clips seen', 'text to sign @1', 'spread', '@5', 'sign to text @1', 'spread', '@5'],
  ...means.map(({ size, microBatch, steps: of, textToSign, signToText }) => [
    ...[String(size), microBatch === null ? 'whole' : String(microBatch), String(of), String(size * of)],
    ...[textToSign, signToText].flatMap(({ at1, at5, spread }) => [percent(at1), percent(spread), percent(at5)]),
  ]),
  [
    'chance',
    '',
    '',
    '',
    percent(chance.textToSign.at1),
    '',
    percent(chance.textToSign.at5),
    percent(chance.signToText.at1),
    '',
    percent(chance.signToText.at5),
  ],
])
console.log(json ? JSON.stringify(result) : [lines, passed ? 'passed' : 'NOT passed'].join('\n'))
await gpu.destroy()
process.exit(passed ? 0 : 1)
