// Are words found in signing, and where, that was learnt from sentences alone? Trains bench/learning/pseudo_gloss.yaml once per seed, dev chooses the
// checkpoint, test is scored once: held-out sentences of the built-in corpus, which knows when each word is signed. Needs no data.
//
//   npm run learning:pseudo-gloss     passes if with every seed class-averaged F1 is above 0.3, and the map is highest within half a word of the middle of
//                                     each word, on average
//
// --help tells the options. With --run it is another trial: results go into the run's folder then, not to bench/results/.

import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { formatTable } from '../src/base/table.js'
import { readCheckpoint } from '../src/checkpoint/file.js'
import { restorePseudoGloss } from '../src/checkpoint/pseudo_gloss.js'
import { seedList } from '../src/cli_judge.js'
import { trainTask } from '../src/commands/train.js'
import { PseudoGlossReader } from '../src/infer/pseudo_gloss_reader.js'
import { openGpu } from '../src/platform/node/open.js'
import type { PseudoGlossRunConfig } from '../src/tasks/pseudo_gloss/config.js'
import { loadGlossedClips } from '../src/tasks/pseudo_gloss/data.js'
import { scoreGlosses } from '../src/tasks/pseudo_gloss/evaluate.js'
import type { ClipItems } from '../src/tasks/pseudo_gloss/items.js'
import { pseudoGloss } from '../src/tasks/pseudo_gloss/task.js'
import { loadPseudoGlossConfig } from '../src/tasks/run_file.js'
import type { SignedSplit } from '../src/train/signing/load_signing.js'
import { asSeen } from '../src/train/signing/open_signing.js'
import { taskRun } from '../src/train/task.js'
import { meanOf, USUAL_SEEDS } from './learning/judged_model.js'
import { chosenTrial } from './learning/trial.js'

/** Class-averaged F1 that has to be exceeded. */
const LEAST_F1 = 0.3

const trials = {
  'pseudo-gloss': { what: 'words of held-out sentences found in their clips, and where; needs no data', takes: ['run', 'seeds'] },
} as const

const { trial: _, options } = chosenTrial(trials)
const { run, trained, json, adapter } = options
const seeds = options.seeds === undefined ? USUAL_SEEDS : seedList(options.seeds)
const path = run ?? 'bench/learning/pseudo_gloss.yaml'
const config = await loadPseudoGlossConfig(path)
const { gpu } = await openGpu({ adapter })
const began = performance.now()

const runs = seeds.map((seed) => ({ ...config, seed, name: `${config.name}-seed-${seed}`, out: join(config.out, `seed-${seed}`) }))
if (!trained) for (const own of runs) await trainTask(taskRun(pseudoGloss, own), { overwrite: true, json, adapter })
const test = await loadGlossedClips(config, 'test')
const scores = []
for (const own of runs) scores.push({ seed: own.seed, ...(await scored(own, test)) })

/** Frames of half a word, on average. */
const halfWord = meanOf(test.clips.flatMap(({ spans = [] }) => spans.map(({ first, end }) => (end - first) / 2)))
const passed = scores.every(({ real, framesOff }) => real > LEAST_F1 && framesOff <= halfWord)
const seconds = trained ? null : Math.round((performance.now() - began) / 1000)
const result = {
  trial: 'pseudo-gloss',
  run: path,
  adapter: gpu.label,
  seconds,
  passed,
  clips: test.clips.length,
  halfWord,
  wanted: LEAST_F1,
  seeds: scores,
}
const resultPath = run ? join(config.out, 'learning.json') : 'bench/results/learning-pseudo-gloss.json'
await writeWhole(resultPath, `${JSON.stringify(result, null, 2)}\n`)
const lines = formatTable([
  ['seed', 'class F1', 'of other sentences', 'frames off', 'within half a word', 'by chance'],
  ...scores.map(({ seed, real, shuffled, framesOff, within, chance }) => [
    String(seed),
    ...[real, shuffled].map((f1) => f1.toFixed(3)),
    `${framesOff.toFixed(2)} of ${halfWord.toFixed(2)}`,
    ...[within, chance].map((share) => `${(100 * share).toFixed(1)} %`),
  ]),
])
console.log(json ? JSON.stringify(result) : [lines, `results saved in ${resultPath}`, passed ? 'passed' : 'NOT passed'].join('\n'))
process.exit(passed ? 0 : 1)

/** A run's best checkpoint on clips; and the floor, what it finds held against the sentence of the next clip. */
async function scored({ out, validate }: PseudoGlossRunConfig, split: SignedSplit<ClipItems>) {
  await using model = restorePseudoGloss(gpu, await readCheckpoint(join(out, 'best.safetensors')))
  await using reader = new PseudoGlossReader(gpu, model)
  const clips = await asSeen(model, model.config, split, { cache: null })
  const found = await reader.find(clips)
  const of = (those: typeof found) => scoreGlosses(clips, those, model.classes, validate.threshold).result
  const { byClass, micro, localisation } = of(found)
  const floor = of([...found.slice(1), ...found.slice(0, 1)])
  const { meanDistance: framesOff, within, chance } = localisation!
  return {
    real: byClass.f1,
    precision: byClass.precision,
    recall: byClass.recall,
    micro: micro.f1,
    shuffled: floor.byClass.f1,
    framesOff,
    within,
    chance,
  }
}
