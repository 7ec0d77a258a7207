// `signllm ablate`: argv to the command, as in cli.ts.

import { type Command, Option } from 'commander'
import type { Cli } from './cli_data.js'
import { repeated, seedCount } from './cli_options.js'
import type { AblateOptions } from './commands/ablate.js'
import { say } from './commands/say.js'

interface AblateArguments extends Pick<AblateOptions, 'variants' | 'judge' | 'split' | 'overwrite'> {
  readonly vary?: string
  readonly modes?: string
  readonly seeds: number
}

export function addAblateCommand(program: Command, cli: Cli): void {
  program
    .command('ablate')
    .description('train a run with several values of one key, or several variants of it, and several seeds, and compare them')
    .argument('<run.yaml>')
    .option('--vary <key=values>', 'a key of the run file and its values, e.g. model.width=64,128 (default: see --modes)')
    .option('--modes <names>', 'reward modes of text to pose; short for --vary learning.mode=… (default: mse,rl,rl+plc)')
    .option(
      '--variants <file>',
      'a list of variants, each with keys to change, e.g. - { name: wide, set: { model.width: 128 } }, and perhaps keys of a second training (after)',
    )
    .option('--seeds <n>', 'number of seeds per value or variant', seedCount, 3)
    .option('--judge <file>', 'checkpoint of a judge, which reads the motions of each run; repeatable', repeated)
    .addOption(new Option('--split <name>', 'what judges read (default: test)').choices(['train', 'dev', 'test'] as const))
    .option('--overwrite', 'replace other runs that are in its folders')
    .action(async (path: string, options: AblateArguments) => {
      const [{ ablate, varied }, { formatAblation }] = await Promise.all([
        import('./commands/ablate.js'),
        import('./commands/ablation_table.js'),
      ])
      const { overwrite = false, variants, judge, split } = options
      const seeds = Array.from({ length: options.seeds }, (_, i) => i + 1)
      const given = { ...varied(options), variants, judge, split, overwrite, seeds }
      const common = cli.common()
      const summary = await ablate(path, { ...common, ...given, say: (line) => say(line, common), signal: cli.interruption() })
      cli.print(summary, `${formatAblation(summary.rows, summary)}\n${summary.files.join('\n')}`)
    })
}
