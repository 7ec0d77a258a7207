// Does the judge learn to read? Trains a run file of bench/learning/ as `signllm judge train` does, dev chooses the checkpoint, test is scored once.
//
//   npm run learning:judge -- grammar   the built-in corpus, needs no data: at least 95 % of unseen sentences exactly right with the greedy
//                                       search, and 85 % of the sentences of the worst length
//   npm run learning:judge -- letters   spelled words in eight languages, where ../shared/data has the letters: letter error rates of real words,
//                                       of a mean pose and of shuffled references; at most 15 % of the real ones in ASL and GSL
//   npm run learning:judge -- sign-cl   the same training with and without SignCL, needs no data: the sign density ratio falls with every seed;
//                                       what happens to the error rate is told
//
// --help tells the options. With --run it is another trial: results go into the run's folder then, not to bench/results/.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { seedList } from '../src/cli_judge.js'
import { openGpu } from '../src/platform/node/open.js'
import { loadPoseToTextConfig } from '../src/tasks/run_file.js'
import { LEXICON, spellEightLanguages } from './learning/eight_languages.js'
import { grammarTrial } from './learning/judge_grammar.js'
import { lettersTrial } from './learning/judge_letters.js'
import { signClTrial } from './learning/judge_sign_cl.js'
import type { JudgeOutcome, JudgeTrialInput } from './learning/judge_trial.js'
import { chosenTrial } from './learning/trial.js'

interface JudgeTrial {
  readonly what: string
  readonly needs?: string
  readonly takes: readonly ('run' | 'seeds')[]
  /** The run file, and what the file of results is called. */
  readonly file: string
  readonly results: string
  prepare?(): Promise<void>
  measure(input: JudgeTrialInput): Promise<JudgeOutcome>
}

const trials: Record<string, JudgeTrial> = {
  grammar: {
    what: 'unseen sentences of the built-in corpus, read from its motions; needs no data',
    takes: ['run'],
    file: 'judge_grammar',
    results: 'learning-judge-grammar',
    measure: grammarTrial,
  },
  letters: {
    what: 'held-out words spelled in eight languages, between mean pose and ceiling',
    needs: `${LEXICON}/index.csv`,
    takes: ['run', 'seeds'],
    file: 'judge_letters',
    results: 'learning-judge-letters',
    prepare: spellEightLanguages,
    measure: lettersTrial,
  },
  'sign-cl': {
    what: 'sign density ratio and error rates with and without SignCL; needs no data',
    takes: ['run', 'seeds'],
    file: 'judge_sign_cl',
    results: 'learning-sign-cl',
    measure: signClTrial,
  },
}

const { name, trial, options } = chosenTrial(trials)
const { run, trained, json, adapter } = options
const seeds = options.seeds === undefined ? undefined : seedList(options.seeds)
// With a run file of one's own, data may be there without the letters they are made of.
if (!trial.needs || existsSync(trial.needs)) await trial.prepare?.()
const path = run ?? `bench/learning/${trial.file}.yaml`
const { gpu } = await openGpu({ adapter })
const began = performance.now()
const train = { overwrite: true, json, adapter }
const { passed, result, lines } = await trial.measure({ path, gpu, seeds, trained, train })
const seconds = trained ? null : Math.round((performance.now() - began) / 1000)
const whole = { trial: name, run: path, adapter: gpu.label, seconds, passed, ...result }
const resultPath = run ? join((await loadPoseToTextConfig(path)).out, 'learning.json') : `bench/results/${trial.results}.json`
await writeWhole(resultPath, `${JSON.stringify(whole, null, 2)}\n`)
console.log(json ? JSON.stringify(whole) : [...lines, `results saved in ${resultPath}`, passed ? 'passed' : 'NOT passed'].join('\n'))
process.exit(passed ? 0 : 1)
