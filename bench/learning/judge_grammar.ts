// The judge of the built-in corpus: are sentences that it never saw read exactly, the long ones too, however they are looked for?

import { formatTable } from '../../src/base/table.js'
import { judgeTrain } from '../../src/commands/judge_train.js'
import { beamDialects } from '../../src/infer/beam.js'
import { searchSignature, type TranslateOptions } from '../../src/infer/search_options.js'
import type { TranslatedClip } from '../../src/infer/translator.js'
import { formatTextScores } from '../../src/metrics/text_scores.js'
import { loadSplit, type SignedText } from '../../src/tasks/pose_to_text/data.js'
import { scoreTranslations, type TranslationScores } from '../../src/tasks/pose_to_text/evaluate.js'
import { loadPoseToTextConfig } from '../../src/tasks/run_file.js'
import type { JudgeOutcome, JudgeTrialInput } from './judge_trial.js'
import { withJudge } from './judged_model.js'

/** Shares of exact sentences of the greedy search that pass: of all, and of the worst length. */
const EXACT = { all: 0.95, worst: 0.85 }

const searches: readonly TranslateOptions[] = [{ beams: 1 }, ...beamDialects.map((dialect) => ({ beams: 3, dialect }))]

interface LengthScore {
  /** Of the sentence. */
  readonly words: number
  readonly clips: number
  readonly exact: number
}

interface SearchScore extends TranslationScores {
  readonly search: string
  /** Short sentences first. */
  readonly lengths: readonly LengthScore[]
  readonly worst: LengthScore
}

export async function grammarTrial({ path, gpu, trained, train }: JudgeTrialInput): Promise<JudgeOutcome> {
  const config = await loadPoseToTextConfig(path)
  // Validation chose the checkpoint on dev; test is looked at here alone.
  const test = await loadSplit(config, 'test')
  if (!trained) await judgeTrain(path, train)
  const scores = await withJudge(gpu, config.out, async (model, translator) => {
    const found: SearchScore[] = []
    for (const search of searches) {
      const read = await translator.translate(test, search)
      const lengths = byLength(test, read)
      const worst = lengths.reduce((least, one) => (one.exact < least.exact ? one : least))
      const { result } = scoreTranslations(test, read, model, search)
      found.push({ search: searchSignature(model, search), ...result, lengths, worst })
    }
    return found
  })
  const [greedy] = scores as [SearchScore]
  const passed = greedy.text!.exact >= EXACT.all && greedy.worst.exact >= EXACT.worst
  return {
    passed,
    result: { clips: test.length, wanted: EXACT, searches: scores },
    lines: [
      ...scores.map(({ text }) => formatTextScores(text!)),
      formatTable([
        ['exact, by words', ...greedy.lengths.map(({ words }) => String(words))],
        ...scores.map(({ search, lengths }) => [search, ...lengths.map(({ exact }) => `${(100 * exact).toFixed(1)} %`)]),
      ]),
    ],
  }
}

/** Exact sentences by how many words they have: an average over all hides that long ones go wrong first. */
function byLength(clips: readonly SignedText[], read: readonly TranslatedClip[]): LengthScore[] {
  const wordsOf = ({ text }: SignedText) => text.split(' ').length
  return [...new Set(clips.map(wordsOf))]
    .sort((a, b) => a - b)
    .map((words) => {
      const right = clips.flatMap((clip, i) => (wordsOf(clip) === words ? [read[i]!.text === clip.text] : []))
      return { words, clips: right.length, exact: right.filter(Boolean).length / right.length }
    })
}
