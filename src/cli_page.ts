// The command `signllm page`: argv to a command, as in cli.ts.

import type { Command } from 'commander'
import type { Cli } from './cli_data.js'

export function addPageCommand(program: Command, cli: Cli): void {
  program
    .command('page')
    .description('write a page on which people type a sentence and see it signed, by models that run in their browser, for any static host')
    .requiredOption('--out <folder>', 'folder to write')
    .option('--model <files...>', 'model files or checkpoints: text-to-pose to sign with, pose-to-text to translate with')
    .option('--overwrite', 'replace a page that is there')
    .action(async ({ out, model, overwrite }: { out: string; model?: string[]; overwrite?: boolean }) => {
      const { formatPage, writePage } = await import('./commands/page.js')
      const summary = await writePage({ out, models: model ?? [], overwrite })
      cli.print(summary, formatPage(summary))
    })
}
