// The commands under `signllm judge`: argv to a command, as in cli.ts.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { counted } from './base/counted.js'
import type { Cli } from './cli_data.js'
import { addJudgeReportCommand } from './cli_eval.js'
import { brokenLine, failWhereBroken } from './cli_left_out.js'
import { number, positive } from './cli_options.js'
import { interruptedStatus, NOTHING_TO_KEEP } from './cli_signals.js'
import { beamDialects } from './infer/beam.js'

/** `27,28,29` as numbers. */
export function seedList(text: string): number[] {
  const seeds = text.split(',').map(Number)
  if (!seeds.every((seed) => Number.isInteger(seed) && seed >= 0))
    throw new InvalidArgumentError('wanted whole numbers with commas between.')
  if (new Set(seeds).size < seeds.length) throw new InvalidArgumentError('wanted seeds that differ.')
  return seeds
}

/** How a judge looks for words and glosses. */
export const search = {
  beams: ['--beams <n>', 'beams of the sentence, 1 to 64 (default: 3)', positive] as const,
  alpha: ['--alpha <n>', 'length penalty; -1 is none (default: -1)', number] as const,
  dialect: (usual = "slrt, the released sign language transformer's") =>
    new Option('--dialect <name>', `whose beam search (default: ${usual})`).choices(beamDialects),
  glossBeams: ['--gloss-beams <n>', 'hypotheses of glosses, 1 to 64 (default: 1, greedy)', positive] as const,
}

/** Adds the commands; reports tell the package's version. */
export function addJudgeCommands(judge: Command, cli: Cli, version: string): void {
  judge
    .command('train')
    .description('train a judge from a run file of task pose-to-text; with --seeds, one judge a seed')
    .argument('<run.yaml>')
    .option('--seeds <list>', 'seeds with commas between, such as 27,28,29', seedList)
    .addOption(new Option('--resume', "resume from the last checkpoints in the run's folders").conflicts('overwrite'))
    .option('--overwrite', 'replace the runs that are in the folders')
    .action(async (path: string, options: { seeds?: number[]; resume?: boolean; overwrite?: boolean }) => {
      const [{ judgeTrain }, { formatTrained }] = await Promise.all([import('./commands/judge_train.js'), import('./commands/train.js')])
      const summary = await judgeTrain(path, { ...cli.common(), ...options, signal: cli.interruption() })
      cli.print(summary, [...summary.runs.map(formatTrained), ...summary.judges].join('\n'))
      if (summary.interrupted) process.exitCode = interruptedStatus()
    })

  judge
    .command('translate')
    .description('write what a judge reads in motions: a corpus, .pose, .npz or .h5 files')
    .argument('<judge>', 'checkpoint of a pose-to-text run')
    .argument('<motions>', 'prefix of a .skels corpus, .pose, .npz or .h5 file, a folder of files, or a run file')
    .addOption(new Option('--split <name>', 'which split of a run file (default: test)').choices(['train', 'dev', 'test'] as const))
    .option(...search.beams)
    .option(...search.alpha)
    .addOption(search.dialect())
    .option(...search.glossBeams)
    .option('--numbers <n>', 'numbers a frame in the .skels file, for a judge of another layout than the 50 joints', positive)
    .option('--limit <n>', 'read only so many clips', positive)
    .option('--out <file>', 'text file to write, one line per clip')
    .action(async (path: string, motions: string, options) => {
      const { formatReadings, judgeTranslate } = await import('./commands/judge_translate.js')
      const summary = await judgeTranslate(path, motions, { ...cli.common(), ...options, signal: cli.interruption(NOTHING_TO_KEEP) })
      failWhereBroken(summary, {})
      const saved = summary.out === undefined ? '' : `\n${counted(summary.clips.length, 'line')} saved in ${summary.out}`
      cli.print(summary, `${formatReadings(summary)}${saved}${brokenLine(summary)}`)
    })

  addJudgeReportCommand(judge, cli, version)
}
