// The command `signllm retrieve`: argv to a command, as in cli.ts.

import { type Command, Option } from 'commander'
import type { Cli } from './cli_data.js'
import { positive } from './cli_options.js'
import { NOTHING_TO_KEEP } from './cli_signals.js'

export function addRetrieveCommand(program: Command, cli: Cli): void {
  program
    .command('retrieve')
    .description('find the sentences of clips, and the clips of sentences, by a model of task sign-text-matching')
    .argument('<model>', 'checkpoint of a sign-text-matching run')
    .requiredOption('--data <file>', 'run file whose clips and sentences are matched')
    .addOption(
      new Option('--split <name>', 'which split of the run file').choices(['train', 'dev', 'test'] as const).default('dev' as const),
    )
    .option('--limit <n>', 'match only so many clips', positive)
    .action(async (model: string, options) => {
      const { formatRetrieved, retrieve } = await import('./commands/retrieve.js')
      const summary = await retrieve(model, { ...cli.common(), ...options, signal: cli.interruption(NOTHING_TO_KEEP) })
      cli.print(summary, formatRetrieved(summary))
    })
}
