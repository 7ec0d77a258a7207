// The commands `signllm export` and `signllm inspect`: argv to a command, as in cli.ts.

import type { Command } from 'commander'
import type { Cli } from './cli_data.js'
import { NOTHING_TO_KEEP } from './cli_signals.js'

/** Adds the commands; model files tell the package's version. */
export function addModelCommands(program: Command, cli: Cli, version: string): void {
  program
    .command('export')
    .description(
      'write the model of a run, or of a checkpoint of any task, as one .signllm file: weights, words, units, languages and licence',
    )
    .argument('<run>', "a run's folder, whose best checkpoint is taken, or a checkpoint")
    .requiredOption('--out <file>', 'file to write, e.g. model.signllm')
    .option('--half', 'store matrices as f16, in half the space')
    .option('--licence <text>', 'licence of the model: an SPDX identifier such as CC-BY-4.0, or a text')
    .option('--name <name>', 'name of the model (default: that of the run, else of the file)')
    .option('--prompts <run>', 'run or checkpoint of text-to-gloss, held in the same file to read prompts with')
    .action(async (path: string, options: { out: string; half?: boolean; licence?: string; name?: string; prompts?: string }) => {
      const { exportModel, formatExport } = await import('./commands/export.js')
      const summary = await exportModel(path, { ...cli.common(), ...options, version })
      for (const note of summary.notes) cli.warn(note)
      cli.print(summary, formatExport(summary))
    })

  program
    .command('inspect')
    .description('check a .signllm file or a checkpoint of any task, and show what it is')
    .argument('<file>', 'path, or an address such as https://example.org/model.signllm')
    .action(async (file: string) => {
      const { formatInspection, inspect } = await import('./commands/inspect.js')
      const seen = await inspect(file, { ...cli.common(), signal: cli.interruption(NOTHING_TO_KEEP) })
      for (const note of seen.notes) cli.warn(note)
      cli.print(seen, formatInspection(seen))
    })
}
