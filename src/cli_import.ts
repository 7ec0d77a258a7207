// The command `signllm import`: argv to a command, as in cli.ts.

import { type Command, Option } from 'commander'
import { counted } from './base/counted.js'
import type { Cli } from './cli_data.js'
import { number, positive, rate } from './cli_options.js'
import type { ImportOptions } from './commands/import.js'
import { tokenPolicies } from './text/tokenise.js'

/** Adds the command. */
export function addImportCommand(program: Command, cli: Cli): void {
  program
    .command('import')
    .description(
      'convert the state dict of a Progressive Transformer, a SignDW Transformer or GFSLT-VLP’s second stage, or a Sign2GPT checkpoint of either stage (.safetensors, or the .index.json of several files), to a checkpoint',
    )
    .argument('<file>')
    .requiredOption('--lang <tag>', 'sign language of the model, e.g. GSL')
    .requiredOption('--out <file>', 'checkpoint to write')
    .option('--overwrite', 'replace it where it is there already')
    .option('--heads <n>', 'number of attention heads (default: 4; 8 of SignDW and GFSLT-VLP; of Sign2GPT what the file tells)', positive)
    .option('--fps <n>', 'frame rate of the training motions (default: 25; of SignDW 24, of Sign2GPT 12.5)', rate)
    .option(
      '--tokens <policy or file>',
      `tokeniser: ${tokenPolicies.join(', ')} (default: whitespace; of SignDW words-and-marks); of Sign2GPT a tokenizer.json or .model (default: beside the language model), of GFSLT-VLP too`,
    )
    .option('--vocabulary <file>', 'of Progressive Transformers and SignDW: vocabulary, one word per line, in the order of token ids')
    .addOption(
      new Option(
        '--sides <which>',
        'exchanged: trained on motions with left and right swapped, as in the published PHOENIX14T files',
      ).choices(['facing', 'exchanged']),
    )
    .option('--classes <file>', 'of Sign2GPT’s first stage: the words of its classes, one per line, in their order')
    .option('--ubiquitous <file>', 'of Sign2GPT’s first stage: those of them that were targets of no sentence')
    .option('--language-model <path>', 'of Sign2GPT’s second stage: files of the language model it was trained over (default: those in it)')
    .addOption(new Option('--stored <type>', "what that language model's matrices are stored as (default: f16)").choices(['f32', 'f16']))
    .option('--alpha <n>', 'α of its adapters (default: 4 for adapters of rank 4)', number)
    .addOption(new Option('--gate <kind>', 'how its gates open (default: clamp)').choices(['clamp', 'tanh']))
    .option('--text-language <code>', 'of GFSLT-VLP whose tokenizer is a .model: the language of its text, e.g. de_DE')
    .option('--max-tokens <n>', 'longest sentence in tokens (default: 64; of SignDW 96, of GFSLT-VLP 150)', positive)
    .option('--max-frames <n>', 'longest clip in frames, of Sign2GPT (default: 256), SignDW (96) and GFSLT-VLP (300)', positive)
    .option('--window <n>', 'frames that a frame of it sees (default: 7)', positive)
    .addOption(new Option('--attention <kind>', 'global: a frame sees all of the clip (default: local)').choices(['local', 'global']))
    .addOption(
      new Option('--padding <kind>', "what stands past a clip's end (default: as released, rows of Sign2GPT, ones of GFSLT-VLP)").choices([
        'cut',
        'rows',
        'ones',
      ]),
    )
    .option('--image-heads <n>', 'attention heads of the image encoder of a Sign2GPT of video (default: of 64 numbers each)', positive)
    .option('--image-size <n>', 'pixels a side of what that sees, or the ResNet-18 of GFSLT-VLP (default: 224)', positive)
    .option('--image-alpha <n>', 'α of its adapters (default: 4 for adapters of rank 4)', number)
    .action(async (path: string, options: ImportOptions) => {
      const { importStateDict } = await import('./commands/import.js')
      const summary = await importStateDict(path, { ...cli.common(), ...options })
      const { task, language, width, heads, out } = summary
      const known = 'classes' in summary ? counted(summary.classes, 'class', 'classes') : counted(summary.vocabulary, 'word')
      cli.print(summary, `${language}: ${task}, width ${width}, ${counted(heads, 'head')}, ${known}, in ${out}`)
    })
}
