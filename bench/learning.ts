// Does it learn? Trains on real clips as `signllm train` does, generates free-running under the run file's `validate.policy`, and scores every
// clip beside the baselines. The data are not in the repository: without ../shared/data this says so and stops.
//
//   npm run learning -- clips     overfit five sentences of PHOENIX-2014T: DTW at most a quarter of the mean pose's, length within 10 %
//   npm run learning -- sentences overfit sixteen sentences from their glosses: as clips
//   npm run learning -- languages  eight fingerspelling languages at once, a group each: DTW below the nearest neighbour's in seven, below the mean pose's
//                                 and the random clip's in all; in every class of word lengths duration 0.95 to 1.05 and wrist path 0.9 to 1.1
//   npm run learning -- words     200 spelled ASL words, then 20 never seen: as languages
//
// --seeds trains a model a seed, each of which has to pass; --judge adds letter error rates, which have to be below the nearest neighbour's as DTW does.
// --help tells the options. With --lexicon or --run it is another trial: results go into the run's folder then, not to bench/results/.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { seedList } from '../src/cli_judge.js'
import { trainTask } from '../src/commands/train.js'
import { saveCorpus } from '../src/data/corpus/save.js'
import { readTimedClips } from '../src/data/timed_clips.js'
import { openGpu } from '../src/platform/node/open.js'
import { loadRunConfig } from '../src/tasks/run_file.js'
import { textToPose } from '../src/tasks/text_to_pose/task.js'
import { taskRun } from '../src/train/task.js'
import { LEXICON, spellEightLanguages } from './learning/eight_languages.js'
import { byHeart, rightWords } from './learning/gates.js'
import { letterErrors, openLetterJudges } from './learning/letter_errors.js'
import { type MeasuredModel, measureModel } from './learning/measured_model.js'
import { acrossSeeds, formatMeasured, formatSeeds } from './learning/model_tables.js'
import { signSplit } from './learning/signed_split.js'
import { spellWords } from './learning/spelled_words.js'
import { chosenTrial } from './learning/trial.js'

const DATA = '../shared/data'

interface Trial {
  readonly what: string
  /** Which files it reads. */
  readonly needs: string
  readonly takes: readonly ('run' | 'lexicon' | 'seeds' | 'judge')[]
  prepare(lexicon: string): Promise<unknown>
  /** The clips to sign: those learned from, or others. */
  readonly split: 'train' | 'test'
  /** What keeps a model from passing; empty where it passes. */
  problems(model: MeasuredModel): string[]
}

const trials: Record<string, Trial> = {
  clips: {
    what: 'overfit five sentences of PHOENIX-2014T',
    takes: ['run'],
    needs: '../shared/data/progressive-transformers-slp/train.skels',
    prepare: async () => undefined,
    split: 'train',
    problems: byHeart,
  },
  sentences: {
    what: 'overfit sixteen German sentences, read as glosses',
    takes: ['run'],
    needs: '../shared/data/fluent-pose-synthesis/train_1_metadata.json',
    prepare: async () => {
      const clips = await readTimedClips(join(DATA, 'fluent-pose-synthesis'), { language: 'GSL', text: 'german' })
      await saveCorpus(
        'runs/learning/timed/train',
        clips.filter(({ name }) => name.startsWith('train')),
      )
    },
    split: 'train',
    problems: byHeart,
  },
  words: {
    what: 'ASL fingerspelling: train on 200 words, evaluate on 20 others',
    takes: ['run', 'lexicon', 'seeds', 'judge'],
    needs: `${LEXICON}/index.csv`,
    prepare: spellWords,
    split: 'test',
    problems: rightWords,
  },
  languages: {
    what: 'fingerspelling in eight languages, evaluated on held-out words',
    takes: ['run', 'lexicon', 'seeds', 'judge'],
    needs: `${LEXICON}/index.csv`,
    prepare: spellEightLanguages,
    split: 'test',
    problems: rightWords,
  },
}

const { name, trial, options } = chosenTrial(trials)
const { run, lexicon = LEXICON, trained, json, adapter } = options
const seeds = options.seeds === undefined ? undefined : seedList(options.seeds)
if (lexicon !== LEXICON || existsSync(trial.needs)) await trial.prepare(lexicon)
const path = run ?? `bench/learning/${name}.yaml`
const config = await loadRunConfig(path)
// As `signllm judge train` has it: a folder a seed.
const configs = seeds?.map((seed) => ({ ...config, seed, name: `${config.name}-seed-${seed}`, out: join(config.out, `seed-${seed}`) })) ?? [
  config,
]
const began = performance.now()
for (const own of trained ? [] : configs) await trainTask(taskRun(textToPose, own), { overwrite: true, json, adapter })
const seconds = Math.round((performance.now() - began) / 1000)

const { gpu } = await openGpu({ adapter })
const judges = await openLetterJudges(gpu, options.judge ?? [])
const models: (MeasuredModel & { seed: number; problems: readonly string[] })[] = []
for (const own of configs) {
  const split = await signSplit(gpu, own, trial.split)
  const letters = judges.length > 0 ? await letterErrors(judges, split, own.seed) : undefined
  const model = measureModel(split, letters)
  models.push({ seed: own.seed, problems: trial.problems(model), ...model })
}
const passed = models.every(({ problems }) => problems.length === 0)
const [first] = models as [(typeof models)[number]]
const about = { trial: name, run: path, adapter: gpu.label, seconds, passed }
const judgedBy = judges.map(({ name: judge, hash, seed }) => ({ name: judge, hash, seed }))
const result = {
  ...about,
  ...(judges.length > 0 ? { judges: judgedBy } : {}),
  ...(seeds ? { seeds, ...acrossSeeds(models), models } : first),
}
const isOwn = run === undefined && lexicon === LEXICON
const resultPath = isOwn ? `bench/results/learning-${name}.json` : join(config.out, 'learning.json')
await writeWhole(resultPath, `${JSON.stringify(result, null, 2)}\n`)
console.log(
  json
    ? JSON.stringify(result)
    : [
        ...models.flatMap((model) => [...(seeds ? [`seed ${model.seed}:`] : []), formatMeasured(model, trial.split), ...model.problems]),
        ...(models.length > 1 ? [formatSeeds(models)] : []),
        `results saved in ${resultPath}`,
        passed ? 'passed' : 'NOT passed',
      ].join('\n'),
)
process.exit(passed ? 0 : 1)
