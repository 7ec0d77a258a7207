// `signllm data pack` and what looks at its corpora: argv to a command, as in cli.ts.

import { type Command, Option } from 'commander'
import { counted } from './base/counted.js'
import type { Cli } from './cli_data.js'
import { again, detecting, points, rates, skipBroken, videos, words, writing } from './cli_data_options.js'
import { brokenText, failWhereBroken } from './cli_left_out.js'
import { part, positive } from './cli_options.js'
import { storages } from './data/shards/storage.js'

/** Adds the commands. */
export function addPackCommands(data: Command, cli: Cli): void {
  data
    .command('pack')
    .description(
      'pack motions or detections into shards, for corpora larger than memory; run again, it goes on, and another source is added to the corpus',
    )
    .argument('<source>', 'what data convert reads: prefix of a corpus, .h5, .pose, .npz or .tar file, folder of them, folder of videos')
    .requiredOption('--out <folder>', 'folder of the packed corpus')
    .option('--lang <tag>', 'sign language, if the source does not specify one')
    .addOption(points.layout())
    .addOption(
      new Option('--storage <kind>', 'numbers: i16: fixed point, error 3e-5; f16: halves; f32: exact').choices(storages).default('i16'),
    )
    .option('--workers <n>', 'processes that pack at once', positive, 1)
    .option('--share <k/n>', 'pack the k-th of n shares of the parts only; a last run without it finishes the corpus', part)
    .option(...words.names)
    .option(...words.text)
    .option(...words.gloss)
    .option(...writing.licence)
    .addOption(detecting.detector())
    .option(...detecting.picture)
    .option(...videos.captions)
    .option(...videos.table)
    .option(...rates.video)
    .option(...rates.fps)
    .option(...again.overwrite)
    .option(...skipBroken)
    .action(async (source: string, options) => {
      const { dataPack } = await import('./commands/data_pack.js')
      const workers = { count: options.workers, argv: process.argv.slice(1) }
      const summary = await dataPack(source, { ...cli.common(), ...options, workers, signal: cli.interruption() })
      const { out, clips, frames, parts, resumed } = summary
      const earlier = resumed > 0 ? ` (${resumed} of them from an earlier run)` : ''
      cli.print(
        summary,
        `${out}: ${counted(clips, 'clip')}, ${counted(frames, 'frame')} in ${counted(parts, 'part')}${earlier}${brokenText(summary)}`,
      )
      failWhereBroken(summary, options)
    })

  data
    .command('sheet')
    .description('print what a corpus is made of: hours, clips, words, lengths and unseen points of each language, and the licence')
    .argument('<path>', 'folder of a packed corpus, of which only the index is read, or prefix of another')
    .option('--out <picture.svg>', 'also draw it')
    .option('--lang <tag>', 'sign language, if the corpus does not specify one')
    .action(async (path: string, options) => {
      const { dataSheet, formatSheet } = await import('./commands/data_sheet.js')
      const sheet = await dataSheet(path, options)
      cli.print(sheet, formatSheet(sheet))
    })
}
