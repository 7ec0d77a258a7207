// Does text to gloss learn? Trains a run file of bench/learning/ as `signllm train` does, chooses how to decode on dev, and scores test once.
//
//   npm run learning:gloss -- prompts   sentences never seen in eight languages, needs no data: at least 95 % of the glosses exactly right,
//                                       and the language right in at least 99 % of the prompts that name it
//   npm run learning:gloss -- phoenix   PHOENIX-2014T where ../shared/data has it: test BLEU-4 of 19, where published transformers begin

import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { readGlossCheckpoint } from '../src/checkpoint/file.js'
import { restoreGlossModel } from '../src/checkpoint/restore.js'
import { train } from '../src/commands/train.js'
import { type DecodeOptions, GlossDecoder } from '../src/infer/gloss_decoder.js'
import { formatTextScores, type TextScores } from '../src/metrics/text_scores.js'
import { openGpu } from '../src/platform/node/open.js'
import { loadGlossConfig } from '../src/tasks/run_file.js'
import { type GlossLine, loadGlossSplit, readingOf } from '../src/tasks/text_to_gloss/data.js'
import { scoreLines } from '../src/tasks/text_to_gloss/evaluate.js'
import { languageOfToken } from '../src/text/lang_gloss.js'
import { languageNamedIn } from '../src/text/prompt_language.js'
import { chosenTrial } from './learning/trial.js'

/** What a trial is judged by. */
interface Outcome {
  readonly test: TextScores
  /** Share of test prompts that name their language and were glossed in it. */
  readonly languageNamed: number
}

const trials: Record<string, { readonly what: string; readonly needs?: string; passed(outcome: Outcome): boolean }> = {
  prompts: {
    what: 'prompts to gloss in eight languages of the built-in corpus; needs no data',
    passed: ({ test, languageNamed }) => test.exact >= 0.95 && languageNamed >= 0.99,
  },
  phoenix: {
    what: 'German text to gloss on PHOENIX-2014T',
    needs: '../shared/data/phoenix14t-text/test.csv',
    passed: ({ test }) => test.bleu[3] >= 19,
  },
}

/** Ways to decode, among which dev chooses. */
const decodings: readonly DecodeOptions[] = [{ beams: 1 }, ...[0, 0.5, 1, 1.5, 2, 3].map((lengthPenalty) => ({ beams: 5, lengthPenalty }))]

const { name, trial, options: values } = chosenTrial(trials)

const path = `bench/learning/${name}.yaml`
const began = performance.now()
if (!values.trained) await train(path, { overwrite: true, ...values })
const seconds = values.trained ? null : Math.round((performance.now() - began) / 1000)

const config = await loadGlossConfig(path)
const { gpu } = await openGpu({ adapter: values.adapter })
const model = restoreGlossModel(gpu, await readGlossCheckpoint(join(config.out, 'best.safetensors')))
const decoder = new GlossDecoder(gpu, model)
const [dev, test] = [await loadGlossSplit(config, 'dev'), await loadGlossSplit(config, 'test')]
const limit = 32
const devScores: TextScores[] = []
for (const decoding of decodings) devScores.push((await score(dev, 'dev', { ...decoding, limit })).scores)
const bestOnDev = devScores.reduce((best, scores, i) => (worth(scores) > worth(devScores[best]!) ? i : best), 0)
const chosen = { ...decodings[bestOnDev]!, limit }
const { scores, decoded, readings } = await score(test, 'test', chosen)
const outcome = { test: scores, languageNamed: languageRight(test, readings, decoded) }
const passed = trial.passed(outcome)
const result = { trial: name, adapter: gpu.label, seconds, passed, ...outcome, chosen, dev: devScores, languages: byLanguage() }
await writeWhole(`bench/results/learning-${name}.json`, `${JSON.stringify(result, null, 2)}\n`)
console.log(values.json ? JSON.stringify(result) : report())
process.exit(passed ? 0 : 1)

async function score(lines: readonly GlossLine[], split: string, options: DecodeOptions) {
  const readings = lines.map((line, i) => readingOf(line, config, [split, i]))
  return { readings, ...(await scoreLines(decoder, lines, readings, options)) }
}

/** Exact glosses where sentences are short, BLEU-4 where they are not. */
function worth({ bleu, exact }: TextScores): number {
  return bleu[3] + exact
}

function languageRight(
  lines: readonly GlossLine[],
  readings: readonly string[],
  glosses: readonly { tokens: readonly string[] }[],
): number {
  const named = lines.flatMap((line, i) => (languageNamedIn(readings[i]!) ? [{ line, tokens: glosses[i]!.tokens }] : []))
  const right = named.filter(({ line, tokens }) => tokens.length > 0 && tokens.every((token) => languageOfToken(token) === line.language))
  return right.length / named.length
}

function byLanguage(): Record<string, number> {
  const right = test.map(({ langGloss }, i) => decoded[i]!.tokens.join(' ') === langGloss)
  return Object.fromEntries(
    [...new Set(test.map(({ language }) => language))].map((tag) => {
      const own = right.filter((_, i) => test[i]!.language === tag)
      return [tag, own.filter(Boolean).length / own.length]
    }),
  )
}

function report(): string {
  const wrong = test.flatMap(({ langGloss }, i) => {
    const got = decoded[i]!.tokens.join(' ')
    return got === langGloss ? [] : [`${readings[i]}\n   got ${got}\n  want ${langGloss}`]
  })
  return [
    ...wrong.slice(0, 8),
    ...devScores.map((scores) => `dev   ${formatTextScores(scores)}`),
    `test  ${formatTextScores(scores)}`,
    ...(Number.isNaN(outcome.languageNamed) ? [] : [`language right where named: ${(100 * outcome.languageNamed).toFixed(1)} %`]),
    `${seconds === null ? 'trained before' : `${seconds} s of training`}, on ${gpu.label}: ${passed ? 'passed' : 'NOT passed'}`,
  ].join('\n')
}
