// The command `signllm score`: argv to a command, as in cli.ts.

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Cli } from './cli_data.js'
import { positive, repeated } from './cli_options.js'
import { NOTHING_TO_KEEP } from './cli_signals.js'
import { scoreMotionHelp } from './commands/score_motion_help.js'
import { glossCleanUpNames, smoothings, textMetricNames, tokeniserNames } from './metrics/text_metric_names.js'
import { layoutNames } from './motion/layout/layout.js'

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

/** An option that motions do not have. */
const ofText = <Flags extends string>(flags: Flags, description: string) => new Option(flags, description).conflicts('motion')

export function addScoreCommand(program: Command, cli: Cli): void {
  program
    .command('score')
    .description(
      'score sentences, glosses or motions of any system against references: two text files, one sentence per line, or with --motion two corpora',
    )
    .argument('<hypotheses>')
    .argument('<references>')
    .addOption(
      ofText(`--metrics <names>`, `metrics, separated by commas: ${textMetricNames.join(', ')} (default: bleu,rouge,chrf,wer,exact)`),
    )
    .addOption(
      ofText('--tokenise <name>', "how BLEU, ROUGE-L and exact matches cut lines: at white space, or as sacreBLEU's tokeniser")
        .choices(tokeniserNames)
        .default('ws' as const),
    )
    .addOption(ofText('--smooth <how>', 'smoothing of BLEU (default: none with ws, else exp)').choices(smoothings))
    .addOption(ofText('--lowercase', 'lower-case both sides'))
    .addOption(ofText('--strip-dot', 'take one full stop off the end of each line of both sides'))
    .addOption(ofText('--gloss', 'the lines are glosses: word error rate as in sign language recognition'))
    .addOption(
      ofText('--clean-up <name>', 'what glosses pass before they are compared (default: phoenix-2014t; needs --gloss)').choices(
        glossCleanUpNames,
      ),
    )
    .addOption(ofText('--against <file>', 'hypotheses of another system for the same references: differences by paired bootstrap'))
    .addOption(ofText('--resamples <n>', 'number of bootstrap resamples').argParser(resamples).default(1000))
    .addOption(ofText('--seed <n>', 'random seed of the bootstrap').argParser(positive).default(27))
    .addOption(ofText('--jsonl <file>', 'write the sentences for external scorers'))
    .addOption(ofText('--external <file>', 'report scores of an external scorer; may be repeated').argParser<readonly string[]>(repeated))
    .option('--motion', scoreMotionHelp.motion)
    .option('--split <name>', scoreMotionHelp.split)
    .addOption(new Option('--pair <by>', scoreMotionHelp.pair).choices(['name', 'order'] as const))
    .option('--fastdtw', scoreMotionHelp.fastdtw)
    .option('--train <path>', scoreMotionHelp.train)
    .addOption(new Option('--layout <name>', scoreMotionHelp.layout).choices(layoutNames))
    .addHelpText('after', externalFormats)
    .action(async (hypotheses: string, references: string, options) => {
      const { score } = await import('./commands/score.js')
      const { summary, text, notes } = await score(hypotheses, references, {
        ...cli.common(),
        ...options,
        signal: cli.interruption(NOTHING_TO_KEEP),
      })
      for (const note of notes) cli.warn(note)
      cli.print(summary, text)
    })
}
