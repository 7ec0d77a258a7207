// Does a frozen language model learn to read signing, and does it help that its sign encoder was trained to find words before? Trains a language model on
// the built-in corpus' sentences, then, once per seed, stage 1 and stage 2 of Sign2GPT: with what stage 1 has learnt, the same kept as it was, and without.
// Dev chooses the checkpoints, test is scored once: held-out sentences. Needs no data.
//
//   npm run learning:signs     passes if with every seed both trained ways are better than their floor, what is read in each clip held against the sentence
//                              of another; whether pre-training helps is told, either way
//
// --help tells the options. With --run it is another stage 2: results go into the run's folder then, not to bench/results/.

import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { formatTable } from '../src/base/table.js'
import { readCheckpoint } from '../src/checkpoint/file.js'
import { restoreSignToText } from '../src/checkpoint/sign_to_text.js'
import { seedList } from '../src/cli_judge.js'
import { train, trainTask } from '../src/commands/train.js'
import { SignTranslator } from '../src/infer/sign_translator.js'
import { openGpu } from '../src/platform/node/open.js'
import { pseudoGloss } from '../src/tasks/pseudo_gloss/task.js'
import { loadPseudoGlossConfig, loadSignToTextConfig } from '../src/tasks/run_file.js'
import type { SignToTextRunConfig } from '../src/tasks/sign_to_text/config.js'
import { loadTextClips } from '../src/tasks/sign_to_text/data.js'
import { scoreSentences } from '../src/tasks/sign_to_text/evaluate.js'
import { signToText } from '../src/tasks/sign_to_text/task.js'
import { readMetrics } from '../src/train/metrics_log.js'
import type { SignedSplit } from '../src/train/signing/load_signing.js'
import { asSeen } from '../src/train/signing/open_signing.js'
import { taskRun } from '../src/train/task.js'
import { meanOf, USUAL_SEEDS } from './learning/judged_model.js'
import { chosenTrial } from './learning/trial.js'

/** Ways to begin stage 2. */
const ways = ['without', 'with', 'frozen'] as const
type Way = (typeof ways)[number]

const trials = {
  signs: { what: 'held-out sentences by a frozen language model, with and without stage 1; needs no data', takes: ['run', 'seeds'] },
} as const

const { options } = chosenTrial(trials)
const { run, trained, json, adapter } = options
const seeds = options.seeds === undefined ? USUAL_SEEDS : seedList(options.seeds)
const path = run ?? 'bench/learning/sign_to_text.yaml'
const [config, stage] = [await loadSignToTextConfig(path), await loadPseudoGlossConfig('bench/learning/sign_stage1.yaml')]
const { gpu } = await openGpu({ adapter })
const began = performance.now()

const stageOf = (seed: number) => ({ ...stage, seed, name: `${stage.name}-${seed}`, out: join(stage.out, `seed-${seed}`) })
const runOf = (way: Way, seed: number): SignToTextRunConfig => ({
  ...config,
  seed,
  name: `${config.name}-${way}-${seed}`,
  out: join(config.out, `${way}-${seed}`),
  initFrom: way === 'without' ? null : join(stageOf(seed).out, 'best.safetensors'),
  signs: way === 'frozen' ? 'frozen' : 'trained',
})

const training = { overwrite: true, json, adapter }
if (!trained) {
  await train('bench/learning/sign_language.yaml', training)
  for (const seed of seeds) {
    await trainTask(taskRun(pseudoGloss, stageOf(seed)), training)
    for (const way of ways) await trainTask(taskRun(signToText, runOf(way, seed)), training)
  }
}
const test = await loadTextClips(config, 'test')
const scores: Score[] = []
for (const way of ways) for (const seed of seeds) scores.push({ way, seed, ...(await scored(runOf(way, seed), test)) })

const means = Object.fromEntries(
  ways.map((way) => {
    const own = scores.filter((one) => one.way === way)
    return [
      way,
      {
        exact: meanOf(own.map(({ exact }) => exact)),
        bleu1: meanOf(own.map(({ bleu1 }) => bleu1)),
        bleu4: meanOf(own.map(({ bleu4 }) => bleu4)),
      },
    ]
  }),
) as Record<Way, Translated>
/** Mean share of exact dev sentences at each validation: how fast the ways learn. */
const onDev = Object.fromEntries(
  await Promise.all(ways.map(async (way) => [way, meanByStep(await Promise.all(seeds.map((seed) => devOf(runOf(way, seed)))))] as const)),
)
const passed = scores.every(({ way, exact, bleu1, floor }) => way === 'frozen' || (exact > floor.exact && bleu1 > floor.bleu1))
const betterWith = seeds.filter((seed) => exactOf('with', seed) > exactOf('without', seed)).length
const verdict =
  betterWith === seeds.length
    ? 'stage 2 is better with pre-training, with every seed'
    : `pre-training helps with ${betterWith} of ${seeds.length} seeds: exact ${percent(means.with.exact)} with it, ${percent(means.without.exact)} without`
const seconds = trained ? null : Math.round((performance.now() - began) / 1000)
const result = {
  trial: 'signs',
  run: path,
  adapter: gpu.label,
  seconds,
  passed,
  verdict,
  clips: test.clips.length,
  means,
  onDev,
  seeds: scores,
}
const resultPath = run ? join(config.out, 'learning.json') : 'bench/results/learning-signs.json'
await writeWhole(resultPath, `${JSON.stringify(result, null, 2)}\n`)
const lines = formatTable([
  ['stage 1', 'seed', 'exact', 'BLEU-1', 'BLEU-4', 'floor: exact', 'BLEU-1'],
  ...scores.map(({ way, seed, exact, bleu1, bleu4, floor }) => [
    ...[way, String(seed), percent(exact)],
    ...[bleu1.toFixed(1), bleu4.toFixed(1), percent(floor.exact), floor.bleu1.toFixed(1)],
  ]),
])
const devLines = formatTable([
  ['exact on dev, step', ...Object.keys(onDev[ways[0]]!)],
  ...ways.map((way) => [way, ...Object.values(onDev[way]!).map(percent)]),
])
console.log(
  json ? JSON.stringify(result) : [lines, verdict, devLines, `results saved in ${resultPath}`, passed ? 'passed' : 'NOT passed'].join('\n'),
)
process.exit(passed ? 0 : 1)

/** Shares of exact sentences by step. */
async function devOf({ out }: SignToTextRunConfig): Promise<Map<number, number>> {
  const reports = await readMetrics(join(out, 'metrics.jsonl'))
  return new Map(reports.flatMap(({ step, 'dev/exact': exact }) => (typeof exact === 'number' ? [[step, exact] as const] : [])))
}

function meanByStep(runs: readonly ReadonlyMap<number, number>[]): Record<number, number> {
  return Object.fromEntries([...runs[0]!.keys()].map((step) => [step, meanOf(runs.map((run) => run.get(step)!))]))
}

function exactOf(way: Way, seed: number): number {
  return scores.find((one) => one.way === way && one.seed === seed)!.exact
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

interface Translated {
  readonly exact: number
  readonly bleu1: number
  readonly bleu4: number
}

interface Score extends Translated {
  readonly way: Way
  readonly seed: number
  readonly floor: Translated
}

/** A run's best checkpoint on clips, beams as published; and the floor, what it reads held against the sentence of the next clip. */
async function scored({ out }: SignToTextRunConfig, split: SignedSplit): Promise<Translated & Pick<Score, 'floor'>> {
  await using model = await restoreSignToText(gpu, await readCheckpoint(join(out, 'best.safetensors')))
  await using translator = new SignTranslator(gpu, model)
  const clips = await asSeen(model, model.config.signs, split, { cache: null })
  const search = { beams: 4 }
  const read = await translator.translate(clips, search)
  const of = (those: typeof read) => {
    const { bleu, exact } = scoreSentences(clips, those, model.text, search).result.text
    return { exact, bleu1: bleu[0], bleu4: bleu[3] }
  }
  return { ...of(read), floor: of([...read.slice(1), ...read.slice(0, 1)]) }
}
