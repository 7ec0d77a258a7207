// Prompt2LangGloss whole, on eight real fingerspelling languages: one model for all of them, asked by prompts. What does it cost to read
// prompts rather than be given the gloss? Without ../shared/data this says so and stops.
//
//   npm run learning:cascade

import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { formatTable } from '../src/base/table.js'
import { readGlossCheckpoint, readPoseCheckpoint } from '../src/checkpoint/file.js'
import { restoreGlossModel, restoreModel } from '../src/checkpoint/restore.js'
import { dataPrompts } from '../src/commands/data_prompts.js'
import { train } from '../src/commands/train.js'
import { loadCorpus } from '../src/data/corpus/corpus.js'
import { Generator } from '../src/infer/generator.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import { groupInput } from '../src/infer/prompt_generator.js'
import { formatScores, type ScoreRow, scoreMotions } from '../src/metrics/scores.js'
import { formatTextScores } from '../src/metrics/text_scores.js'
import { SHARED } from '../src/model/sign_model.js'
import type { Clip } from '../src/motion/clip.js'
import { openGpu } from '../src/platform/node/open.js'
import { loadGlossConfig, loadRunConfig } from '../src/tasks/run_file.js'
import { loadGlossSplit, readingOf } from '../src/tasks/text_to_gloss/data.js'
import { scoreLines } from '../src/tasks/text_to_gloss/evaluate.js'
import { EIGHT, LEXICON, spellEightLanguages } from './learning/eight_languages.js'
import { writeSpellingWords } from './learning/spelling_words.js'
import { chosenTrial } from './learning/trial.js'

const { options: values } = chosenTrial({
  cascade: { what: 'prompt to gloss to motion: fingerspelling in eight languages', needs: LEXICON },
})
await spellEightLanguages()
for (const split of ['train', 'dev', 'test']) await dataPrompts({ corpus: join(EIGHT, split), source: 'gloss' })
await writeSpellingWords(LEXICON, EIGHT, 'runs/learning/spelling')
const began = performance.now()
for (const run of values.trained ? [] : ['shared', 'spelling']) await train(`bench/learning/${run}.yaml`, { overwrite: true, ...values })
const seconds = values.trained ? null : Math.round((performance.now() - began) / 1000)

const { gpu } = await openGpu({ adapter: values.adapter })
const stageOne = await loadGlossConfig('bench/learning/spelling.yaml')
const reader = restoreGlossModel(gpu, await readGlossCheckpoint(join(stageOne.out, 'last.safetensors')))
const lines = await loadGlossSplit(stageOne, 'test')
const readings = lines.map((line, i) => readingOf(line, stageOne, ['test', i]))
const { decoded, scores: reading } = await scoreLines(new GlossDecoder(gpu, reader), lines, readings, { beams: 4, limit: 32 })

const stageTwo = await loadRunConfig('bench/learning/shared.yaml')
const group = restoreModel(gpu, await readPoseCheckpoint(join(stageTwo.out, 'last.safetensors'))).group(SHARED)
const read = new Map(lines.map(({ name, language }, i) => [name, groupInput({ language, tokens: decoded[i]!.tokens }, [group]).text]))
const signer = new Generator(gpu, group)
const clipsOf = async (split: string) => (await loadCorpus({ skels: join(EIGHT, split), source: 'lang_gloss' })).clips
const [trained, test] = [await clipsOf('train'), await clipsOf('test')]
const signed = async (lineOf: (clip: Clip) => string) => {
  const motions = await signer.generate(test.map(lineOf))
  return test.map((reference, i) => ({ reference, hypothesis: motions[i]! }))
}
// A prompt that was read as nothing is signed as an unknown word: any letter of the clip would be help.
const gold = await signed((clip) => clip.langGloss!)
const cascade = await signed((clip) => read.get(clip.name) || '<unk>')

const languages = [...new Set(test.map(({ language }) => language))].sort().map((language) => {
  const own = (pairs: typeof gold) => pairs.filter(({ reference }) => reference.language === language)
  return { language, gold: scoreMotions(own(gold), trained), cascade: scoreMotions(own(cascade), trained)[0]! }
})
const rows = { gold: scoreMotions(gold, trained), cascade: scoreMotions(cascade, trained) }
const cost = rows.cascade[0]!.dtw / rows.gold[0]!.dtw
const passed = languages.every(({ gold: [model, meanPose, random] }) => model!.dtw < meanPose!.dtw && model!.dtw < random!.dtw)
const result = { trial: 'cascade', adapter: gpu.label, seconds, passed, cost, reading, rows, languages }
await writeWhole('bench/results/learning-cascade.json', `${JSON.stringify(result, null, 2)}\n`)
console.log(values.json ? JSON.stringify(result) : report())
process.exit(passed ? 0 : 1)

function report(): string {
  const dtw = ({ dtw }: ScoreRow) => dtw.toFixed(2)
  return [
    formatTable([
      ['DTW', 'gold gloss', 'from prompts', 'mean pose', 'random clip', 'nearest neighbour', 'wrist path'],
      ...languages.map(({ language, gold: [model, ...others], cascade }) => [
        language,
        dtw(model!),
        dtw(cascade),
        ...others.map(dtw),
        model!.wristPathRatio.toFixed(2),
      ]),
    ]),
    `prompts: ${formatTextScores(reading)}`,
    formatScores(rows.gold),
    `from prompts DTW ${dtw(rows.cascade[0]!)}, ${cost.toFixed(3)} times that from gold gloss; ${seconds === null ? 'trained before' : `${seconds} s of training`}, on ${gpu.label}`,
    passed ? 'passed' : 'NOT passed',
  ].join('\n')
}
