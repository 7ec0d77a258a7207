// The judge of spelled words: its letter error rate on words nobody trained on, in each language, between what a judge can do and what it must not:
// real signing (ceiling), a pose that never moves, and real signing under other words (floor).

import { join } from 'node:path'
import { formatTable } from '../../src/base/table.js'
import { judgeTrain } from '../../src/commands/judge_train.js'
import type { Translator } from '../../src/infer/translator.js'
import { type SystemName, systemsOf } from '../../src/judge/systems.js'
import { letterErrorRate } from '../../src/metrics/character_errors.js'
import type { Clip } from '../../src/motion/clip.js'
import { loadSplit, type SignedText } from '../../src/tasks/pose_to_text/data.js'
import { loadPoseToTextConfig } from '../../src/tasks/run_file.js'
import type { JudgeOutcome, JudgeTrialInput } from './judge_trial.js'
import { meanOf, USUAL_SEEDS, withJudge } from './judged_model.js'

/** Highest letter error rate of real signing that passes, in percent, in the mean of the seeds, and in which languages. */
const CEILING = { languages: ['ASL', 'GSL'], most: 15 }

const measured = ['ground truth', 'mean pose', 'shuffled references'] as const satisfies readonly SystemName[]
type Measured = (typeof measured)[number]

/** Letter error rates in percent, a judge a number, in the order of the seeds. */
interface LanguageScore {
  readonly language: string
  readonly clips: number
  readonly letters: number
  readonly errors: Readonly<Record<Measured, readonly number[]>>
}

export async function lettersTrial({ path, gpu, seeds = USUAL_SEEDS, trained, train }: JudgeTrialInput): Promise<JudgeOutcome> {
  const config = await loadPoseToTextConfig(path)
  const [learned, test] = [await loadSplit(config, 'train'), await loadSplit(config, 'test')]
  if (!trained) await judgeTrain(path, { ...train, seeds })
  const systems = systemsOf({ clips: test.map(clipOf), train: learned.map(clipOf), seed: config.seed })
  const read: Readonly<Record<Measured, readonly string[]>>[] = []
  for (const seed of seeds)
    read.push(
      await withJudge(gpu, join(config.out, `seed-${seed}`), async (_, translator) => {
        const all: [Measured, string[]][] = []
        for (const name of measured) all.push([name, await lettersIn(translator, systems.find((system) => system.name === name)!.motions)])
        return Object.fromEntries(all) as Record<Measured, string[]>
      }),
    )
  const languages = [...new Set(test.map(({ language }) => language))].sort().map((language) => scoreOf(language, test, read))
  const ceilingOf = ({ errors }: LanguageScore) => meanOf(errors['ground truth'])
  const wanted = languages.filter(({ language }) => CEILING.languages.includes(language))
  const passed = wanted.length > 0 && wanted.every((score) => ceilingOf(score) <= CEILING.most)
  const worst = languages.reduce((most, one) => (ceilingOf(one) > ceilingOf(most) ? one : most))
  return {
    passed,
    result: { wanted: CEILING, seeds, clips: test.length, languages, worst: worst.language },
    lines: [formatTable(rows(languages)), `worst: ${worst.language}`],
  }
}

const clipOf = ({ values, ...clip }: SignedText): Clip => ({ ...clip, joints: values })

/** Labels with spaces between. */
async function lettersIn(translator: Translator, motions: readonly { joints: Float32Array; frames: number }[]): Promise<string[]> {
  const found = await translator.translate(motions.map(({ joints, frames }) => ({ values: joints, frames })))
  return found.map(({ glosses }) => glosses!.join(' '))
}

/** A letter of another language's alphabet is a wrong one. */
function scoreOf(
  language: string,
  test: readonly SignedText[],
  read: readonly Readonly<Record<Measured, readonly string[]>>[],
): LanguageScore {
  const own = test.flatMap((clip, i) => (clip.language === language ? [i] : []))
  const errorsOf = (name: Measured) =>
    read.map((judge) => letterErrorRate(own.map((i) => ({ reference: test[i]!.labels, hypothesis: judge[name][i]! }))))
  return {
    language,
    clips: own.length,
    letters: own.reduce((sum, i) => sum + test[i]!.labels.split(' ').length, 0),
    errors: Object.fromEntries(measured.map((name) => [name, errorsOf(name)])) as Record<Measured, number[]>,
  }
}

function rows(languages: readonly LanguageScore[]): string[][] {
  const cell = (errors: readonly number[]) => `${meanOf(errors).toFixed(1)} (${errors.map((one) => one.toFixed(1)).join(' ')})`
  return [
    ['letter error rate, % (seeds)', 'clips', ...measured],
    ...languages.map(({ language, clips, errors }) => [language, String(clips), ...measured.map((name) => cell(errors[name]))]),
  ]
}
