// The command `signllm pseudo-gloss`: argv to a command, as in cli.ts.

import { type Command, Option } from 'commander'
import type { Cli } from './cli_data.js'
import { positive, share } from './cli_options.js'
import { NOTHING_TO_KEEP } from './cli_signals.js'

export function addPseudoGlossCommand(program: Command, cli: Cli): void {
  program
    .command('pseudo-gloss')
    .description('tell which words of their sentences clips show, and where in time, with a model of task pseudo-gloss')
    .argument('<model>', 'checkpoint of a pseudo-gloss run')
    .requiredOption(
      '--data <path>',
      'run file of the task; or clips: prefix of a .skels corpus, a video, .pose, .npz or .h5 file, or a folder of files',
    )
    .addOption(
      new Option('--split <name>', 'which split of the run file').choices(['train', 'dev', 'test'] as const).default('dev' as const),
    )
    .option('--out <path>', 'folder for a picture of each clip, or .svg or .png of the first')
    .option('--limit <n>', 'read only so many clips', positive)
    .option('--threshold <share>', 'words with a score above this are found (default: 0.5)', share)
    .action(async (model: string, options) => {
      const { formatPseudoGlossSummary, pseudoGlosses } = await import('./commands/pseudo_gloss.js')
      const summary = await pseudoGlosses(model, { ...cli.common(), ...options, signal: cli.interruption(NOTHING_TO_KEEP) })
      cli.print(summary, formatPseudoGlossSummary(summary))
    })
}
