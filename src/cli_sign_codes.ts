// The command `signllm sign-codes`: argv to a command, as in cli.ts.

import { type Command, Option } from 'commander'
import type { Cli } from './cli_data.js'
import { positive } from './cli_options.js'
import { NOTHING_TO_KEEP } from './cli_signals.js'

export function addSignCodesCommand(program: Command, cli: Cli): void {
  program
    .command('sign-codes')
    .description('write clips in the codes of a model of task vq-sign, and in words of those codes')
    .argument('<model>', 'checkpoint of a vq-sign run')
    .requiredOption('--data <file>', 'run file whose clips are read; the words are those of its training split')
    .addOption(
      new Option('--split <name>', 'which split of the run file').choices(['train', 'dev', 'test'] as const).default('dev' as const),
    )
    .option('--limit <n>', 'read only so many clips', positive)
    .option('--negatives <n>', 'tokens of its clip that each prediction is held against (default: 10)', positive)
    .action(async (model: string, options) => {
      const { formatSignCodes, signCodes } = await import('./commands/sign_codes.js')
      const summary = await signCodes(model, { ...cli.common(), ...options, signal: cli.interruption(NOTHING_TO_KEEP) })
      cli.print(summary, formatSignCodes(summary))
    })
}
