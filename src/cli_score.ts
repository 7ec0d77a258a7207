// The command `signllm score`: argv to a command, as in cli.ts.

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Cli } from './cli_data.js'
import { positive } from './cli_options.js'
import { glossCleanUpNames, smoothings, textMetricNames, tokeniserNames } from './metrics/text_metric_names.js'

// A resample scores the corpus once more, for every metric.
const MOST_RESAMPLES = 100_000

function resamples(text: string): number {
  const value = positive(text)
  if (value > MOST_RESAMPLES) throw new InvalidArgumentError(`wanted at most ${MOST_RESAMPLES}.`)
  return value
}

const externalFormats = `
External scorers:
  --jsonl writes a line for each sentence, as it stands in the files: {"id": 1, "hyp": "...", "ref": "..."}, where id is its line number
  --external reads a line for each sentence, in any order: {"id": 1, "score": 0.42}, and reports the mean under the name of the file`

export function addScoreCommand(program: Command, cli: Cli): void {
  program
    .command('score')
    .description('score the sentences or glosses of any system against references: two text files, one sentence per line')
    .argument('<hypotheses.txt>')
    .argument('<references.txt>')
    .option('--metrics <names>', `metrics, separated by commas: ${textMetricNames.join(', ')} (default: bleu,rouge,chrf,wer,exact)`)
    .addOption(
      new Option('--tokenise <name>', "how BLEU, ROUGE-L and exact matches cut lines: at white space, or as sacreBLEU's tokeniser")
        .choices(tokeniserNames)
        .default('ws' as const),
    )
    .addOption(new Option('--smooth <how>', 'smoothing of BLEU (default: none with ws, else exp)').choices(smoothings))
    .option('--lowercase', 'lower-case both sides')
    .option('--strip-dot', 'take one full stop off the end of each line of both sides')
    .option('--gloss', 'the lines are glosses: word error rate as in sign language recognition')
    .addOption(
      new Option('--clean-up <name>', 'what glosses pass before they are compared (default: phoenix-2014t; needs --gloss)').choices(
        glossCleanUpNames,
      ),
    )
    .option('--against <file>', 'hypotheses of another system for the same references: differences by paired bootstrap')
    .option('--resamples <n>', 'number of bootstrap resamples', resamples, 1000)
    .option('--seed <n>', 'random seed of the bootstrap', positive, 27)
    .option('--jsonl <file>', 'write the sentences for external scorers')
    .option('--external <file>', 'report scores of an external scorer; may be repeated', (path, paths: string[] = []) => [...paths, path])
    .addHelpText('after', externalFormats)
    .action(async (hypotheses: string, references: string, options) => {
      const [{ score }, { formatScoredText }] = await Promise.all([import('./commands/score.js'), import('./commands/score_text.js')])
      const summary = await score(hypotheses, references, options)
      for (const note of summary.notes) cli.warn(note)
      cli.print(summary, formatScoredText(summary))
    })
}
