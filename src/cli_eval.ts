// `signllm eval` and `signllm judge report`: argv to the command, as in cli.ts.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { CHECK_FAILED } from './base/errors.js'
import type { Cli } from './cli_data.js'
import { lengthHelp, lengthPolicy, positive, repeated, share } from './cli_options.js'
import { NOTHING_TO_KEEP } from './cli_signals.js'
import type { EvalCommandOptions } from './commands/eval.js'
import { type GatePart, gateParts } from './judge/parts.js'
import { glossCleanUpNames } from './metrics/text_metric_names.js'
import { tokenPolicies } from './text/tokenise.js'

/** Adds the command; reports tell the package's version. */
export function addEvalCommand(program: Command, cli: Cli, version: string): void {
  const command = program
    .command('eval')
    .description('judge the motions of a model: what a judge reads in them, between the floor and the ceiling of real signing')
    .argument('[model]', 'checkpoint of a text-to-pose run; without it and --motions, the ceiling and floor of the judges alone')
    .option('--judge <file>', 'checkpoint of a judge (required); repeat it for judges of several seeds', repeated, [])
    .option(
      '--data <path>',
      'run file, folder of splits or prefix of a corpus; repeatable (default: the run file beside the model)',
      repeated,
    )
    .option('--motions <path>', 'evaluate motions made elsewhere: prefix of a corpus, .h5 file, or .pose or .npz files')
    .option('--out <folder>', 'folder of eval.json and report.html (default: eval, beside the model)')
    .option('--policy <name>', lengthHelp, lengthPolicy, 'auto')
    .option('--gate <share>', 'exit status 1 if the worst class has a lower normalised score', share)
    .option(
      '--gate-parts <part=score,...>',
      'exit status 1 if a part of the body has a lower normalised score: body, hands, face',
      partShares,
    )
  withSplit(command).action((model: string | undefined, options: EvalCommandOptions) => evaluated(model, options, cli, version))
}

/** Adds the command under `judge`: an evaluation of nothing but the judges. */
export function addJudgeReportCommand(judge: Command, cli: Cli, version: string): void {
  const command = judge
    .command('report')
    .description('judge real signing only: the ceiling and the floor of judges, before any model is evaluated with them')
    .argument('<judges...>', 'checkpoints of judges of several seeds')
    .requiredOption('--data <path>', 'run file, folder of splits or prefix of a corpus; repeatable', repeated)
    .option('--out <folder>', 'folder of eval.json and report.html (default: eval, beside the first judge)')
  withSplit(command).action((judges: readonly string[], options: Omit<EvalCommandOptions, 'judge'>) =>
    evaluated(undefined, { ...options, judge: judges }, cli, version),
  )
}

/** `hands=0.2,face=0`. */
function partShares(text: string): Partial<Record<GatePart, number>> {
  const entries = text.split(',').map((entry) => entry.split('=') as [string, string?])
  for (const [part, score] of entries)
    if (!gateParts.some((one) => one === part) || score === undefined || score.trim() === '' || !Number.isFinite(Number(score)))
      throw new InvalidArgumentError(`wanted scores of ${gateParts.join(', ')}, such as hands=0.2,face=0.`)
  return Object.fromEntries(entries.map(([part, score]) => [part, Number(score)]))
}

/** What is read and how it is scored. */
function withSplit(command: Command): Command {
  return command
    .addOption(new Option('--split <name>', 'which split').choices(['train', 'dev', 'test'] as const).default('test' as const))
    .option('--lang <tag>', 'language of corpora that do not tell it')
    .addOption(
      new Option('--source <line>', 'what of corpora without a run file the model reads').choices(['text', 'gloss', 'lang_gloss'] as const),
    )
    .option('--beams <n>', 'beam width of the judges', positive)
    .option('--limit <n>', 'evaluate only so many clips, an equal share of each language', positive)
    .option('--seed <n>', 'seed of random clips, shuffled references and the bootstrap', positive, 27)
    .addOption(
      new Option('--tokens <policy>', 'how texts are cut for scores (default: words, or letters of judges that read letters)').choices(
        tokenPolicies,
      ),
    )
    .addOption(
      new Option('--clean-up <name>', 'what glosses pass before they are compared (default: none; PHOENIX-2014T: phoenix-2014t)').choices(
        glossCleanUpNames,
      ),
    )
}

async function evaluated(model: string | undefined, options: EvalCommandOptions, cli: Cli, version: string): Promise<void> {
  const [{ evalCommand }, { formatReport }] = await Promise.all([import('./commands/eval.js'), import('./judge/table.js')])
  const { report, files, failed, passed } = await evalCommand(model, {
    ...cli.common(),
    ...options,
    version,
    signal: cli.interruption(NOTHING_TO_KEEP),
  })
  const gate = failed.map((problem) => `check FAILED: ${problem}`)
  cli.print(report, [formatReport(report), '', ...gate, `report: ${files.join(', ')}`].join('\n'))
  if (!passed) process.exitCode = CHECK_FAILED
}
