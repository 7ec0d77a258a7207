// The command `signllm translate`: argv to a command, as in cli.ts.

import { type Command, Option } from 'commander'
import { counted } from './base/counted.js'
import type { Cli } from './cli_data.js'
import { search } from './cli_judge.js'
import { brokenLine, failWhereBroken } from './cli_left_out.js'
import { positive } from './cli_options.js'
import { NOTHING_TO_KEEP } from './cli_signals.js'
import type { TranslateCommandOptions } from './commands/translate.js'

/** Adds the command. */
export function addTranslateCommand(program: Command, cli: Cli): void {
  program
    .command('translate')
    .description('translate signing into text: videos, .pose, .npz or .h5 files, a corpus, or a split of a run file')
    .argument(
      '<clips>',
      'video, .pose, .npz or .h5 file, a folder of files (of videos, with its subfolders), prefix of a .skels corpus, or a run file',
    )
    .requiredOption('--model <file>', 'checkpoint of a sign-to-text, sign-translation or pose-to-text run')
    .option('--beams <n>', 'beams of the sentence, 1 to 64; 1 is greedy: then the text of a single clip is shown as it comes', positive, 4)
    .option('--alpha <n>', 'length penalty (default: 1 for sign-to-text and sign-translation, -1, none, for pose-to-text)', search.alpha[2])
    .addOption(search.dialect('as the model was published with'))
    .addOption(new Option('--split <name>', 'which split of a run file (default: test)').choices(['train', 'dev', 'test'] as const))
    .option('--limit <n>', 'read only so many clips', positive)
    .option('--max-tokens <n>', 'most tokens of a text (default: those of the model)', positive)
    .option('--language-model <path>', 'where the published language model is that the checkpoint was trained with, if it has been moved')
    .option('--videos <folder>', 'folder with the videos of a corpus: then <clips> is the prefix of its .files, whose order is kept')
    .option('--numbers <n>', 'numbers a frame in the .skels file, for a model of another layout than the 50 joints', positive)
    .option('--out <file>', 'text file to write, one line per clip')
    .action(async (clips: string, options: TranslateCommandOptions) => {
      const [{ translate }, { formatReadings }, { formatTextValidation }] = await Promise.all([
        import('./commands/translate.js'),
        import('./commands/judge_translate.js'),
        import('./tasks/sign_to_text/evaluate.js'),
      ])
      const summary = await translate(clips, { ...cli.common(), ...options, signal: cli.interruption(NOTHING_TO_KEEP) })
      failWhereBroken(summary, {})
      const saved = summary.out === undefined ? '' : `\n${counted(summary.clips.length, 'line')} saved in ${summary.out}`
      const [only, ...others] = summary.clips
      const text = only && others.length === 0 ? only.text || '(nothing)' : formatReadings(summary)
      const scores = summary.scores ? `\n\n${formatTextValidation(summary.scores)}` : ''
      cli.print(summary, `${text}${scores}${saved}${brokenLine(summary)}`)
    })
}
