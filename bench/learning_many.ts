// Does one model hold twenty-four sign languages, and a twenty-fifth later? Trains a group of its own for each (MLSF), in turns in one run; then one group for
// all, which reads the language in each token (Prompt2LangGloss); then adds a language to the first. Scores each on sentences and words never seen, by language.
// Needs the fingerspelling lexicon; without ../shared/data this says so and stops.
//
//   npm run learning:many     passes if in every language of the first model DTW is below the mean pose's and a random clip's, and if the twenty-four groups
//                             have the same bytes before and after the twenty-fifth
//
// --help tells the options. With --run it is another model of the same languages: results go into the run's folder then, not to bench/results/.

import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { readPoseCheckpoint } from '../src/checkpoint/file.js'
import { trainTask } from '../src/commands/train.js'
import { openGpu } from '../src/platform/node/open.js'
import { loadRunConfig } from '../src/tasks/run_file.js'
import { textToPose } from '../src/tasks/text_to_pose/task.js'
import { taskRun } from '../src/train/task.js'
import { LEXICON } from './learning/eight_languages.js'
import { worseThanBaselines } from './learning/gates.js'
import { LATER, TWENTY_FOUR, writeManyLanguages } from './learning/many_languages.js'
import { measureModel } from './learning/measured_model.js'
import { formatMeasured } from './learning/model_tables.js'
import { signSplit } from './learning/signed_split.js'
import { chosenTrial } from './learning/trial.js'

const trials = {
  many: { what: 'twenty-four sign languages in one model, and one more later', needs: `${LEXICON}/index.csv`, takes: ['run', 'lexicon'] },
} as const

const { options } = chosenTrial(trials)
const { run, lexicon = LEXICON, trained, json, adapter } = options
const config = await loadRunConfig(run ?? 'bench/learning/many.yaml')
const [shared, later] = [await loadRunConfig('bench/learning/many_shared.yaml'), await loadRunConfig('bench/learning/many_later.yaml')]
const runs = run ? [config] : [config, shared, later]
const began = performance.now()
if (!trained) {
  await writeManyLanguages(lexicon)
  for (const own of runs) await trainTask(taskRun(textToPose, own), { overwrite: true, json, adapter })
}
const seconds = trained ? null : Math.round((performance.now() - began) / 1000)

const { gpu } = await openGpu({ adapter })
const measured: ReturnType<typeof measureModel>[] = []
for (const own of runs) measured.push(measureModel(await signSplit(gpu, own, 'test')))
const [many] = measured as [(typeof measured)[number]]
const changed = run ? [] : await changedGroups()
const problems = [
  ...many.languages.flatMap(worseThanBaselines),
  ...changed.map((name) => `wanted the bytes that ${name} had before ${LATER} came, got others`),
]
const passed = problems.length === 0
const result = {
  trial: 'many',
  run: run ?? null,
  adapter: gpu.label,
  seconds,
  passed,
  problems,
  models: runs.map(({ name }, i) => ({ name, ...measured[i]! })),
}
const resultPath = run ? join(config.out, 'learning.json') : 'bench/results/learning-many.json'
await writeWhole(resultPath, `${JSON.stringify(result, null, 2)}\n`)
console.log(
  json
    ? JSON.stringify(result)
    : [
        ...measured.flatMap((model, i) => [`${runs[i]!.name}:`, formatMeasured(model, 'test')]),
        ...problems,
        `results saved in ${resultPath}`,
        passed ? 'passed' : 'NOT passed',
      ].join('\n'),
)
process.exit(passed ? 0 : 1)

/** Tensors of the twenty-four groups that are others once the twenty-fifth is there. */
async function changedGroups(): Promise<string[]> {
  const [before, after] = [
    await readPoseCheckpoint(join(config.out, 'last.safetensors')),
    await readPoseCheckpoint(join(later.out, 'last.safetensors')),
  ]
  return TWENTY_FOUR.flatMap((language) => {
    const theirs = after.tensors('weights', language)
    return [...before.tensors('weights', language)].flatMap(([name, { data }]) => {
      const now = theirs.get(name)?.data
      return now &&
        Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(Buffer.from(now.buffer, now.byteOffset, now.byteLength))
        ? []
        : [`${language} ${name}`]
    })
  })
}
