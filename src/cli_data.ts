// The commands under `signllm data`: argv to a command, as in cli.ts.

import { type Command, Option } from 'commander'
import { counted, someOf } from './base/counted.js'
import { CHECK_FAILED } from './base/errors.js'
import { again, detecting, lifting, normalised, points, rates, skipBroken, videos, words, writing } from './cli_data_options.js'
import { addDetectCommand } from './cli_detect.js'
import { brokenText, failWhereBroken } from './cli_left_out.js'
import { paletteOption, positive, range, rate, share } from './cli_options.js'
import { addPackCommands } from './cli_pack.js'
import { NOTHING_TO_KEEP } from './cli_signals.js'
import type { BrokenClip } from './commands/clip_work.js'
import { analysedLanguages } from './data/pseudo_gloss/languages.js'
import { boneKinds, joins } from './data/spell/join_kinds.js'
import { splitKinds } from './data/split.js'
import { glossSources } from './text/lang_gloss.js'
import { promptNamings } from './text/prompts.js'

/** What all commands share. */
export interface Cli {
  common(): { adapter?: string; json?: boolean }
  print(value: object, text: string): void
  warn(note: string): void
  interruption(within?: number): AbortSignal
}

/** Adds the commands, in the order in which a corpus is made. */
export function addDataCommands(data: Command, cli: Cli): void {
  addDetectCommand(data, cli)
  addSteps(data, cli)
  addPackCommands(data, cli)
  addLooks(data, cli)
  addMakers(data, cli)
}

/** From a detector's files to a corpus. */
function addSteps(data: Command, cli: Cli): void {
  data
    .command('convert')
    .description(
      'convert OpenPose or DWPose detections, .h5, .pose, .npz, .tar or a corpus to a corpus or to motion files (runs json2h5, lift and skels)',
    )
    .requiredOption(
      '--in <path>',
      'input: folder with one folder of JSON, .npz or .npy files per clip, .h5, .pose or .npz file or folder of them, .tar shard, folder of videos (SignVerse-2M), or prefix of a .skels corpus',
    )
    .requiredOption('--out <path>', 'output: prefix of a corpus, or a file: .skels .h5 .npz .pose .bvh .glb .parquet .gif .mp4 .html …')
    .option('--lang <tag>', 'sign language, if the input does not specify one')
    .option(...words.names)
    .option(...words.text)
    .option(...words.gloss)
    .option('--clip <name>', 'convert only the clip of this name')
    .addOption(points.layout())
    .addOption(paletteOption())
    .addOption(writing.normalisation())
    .addOption(writing.form())
    .option(...writing.licence)
    .addOption(detecting.detector())
    .option(...detecting.picture)
    .option(...videos.captions)
    .option(...videos.table)
    .option(...rates.video)
    .addOption(lifting.mode())
    .option(...lifting.iterations)
    .option(...rates.fps)
    .addOption(again.resume())
    .option(...again.overwrite)
    .option(...skipBroken)
    .action(async (options) => {
      const { dataConvert } = await import('./commands/data_convert.js')
      const summary = await dataConvert({ ...cli.common(), ...normalised(options), signal: cli.interruption() })
      cli.print(summary, writtenText(summary))
      failWhereBroken(summary, options)
    })

  data
    .command('json2h5')
    .description(
      'step 1: collect OpenPose or DWPose detections (one file per frame) or .pose files in one HDF5 file, with a quality report',
    )
    .requiredOption(
      '--in <path>',
      'input: folder with one folder of JSON files per clip, .pose file or folder of them, or DWPose videos (.npz, .tar)',
    )
    .requiredOption('--out <file>', 'HDF5 file to write, e.g. clips.h5')
    .addOption(detecting.detector())
    .option(...detecting.picture)
    .option(...videos.captions)
    .option(...videos.table)
    .option('--fps <n>', 'frame rate of the videos (default: 24)', rate)
    .addOption(again.resume())
    .option(...again.overwrite)
    .option(...skipBroken)
    .action(async (options) => {
      const { dataJson2h5 } = await import('./commands/data_json2h5.js')
      const summary = await dataJson2h5({ ...cli.common(), ...options, signal: cli.interruption() })
      cli.print(
        summary,
        `${summary.out}: ${counted(summary.clips, 'clip')}${resumedText(summary)}${brokenText(summary)}; report in ${summary.quality}`,
      )
      failWhereBroken(summary, options)
    })

  data
    .command('lift')
    .description('step 2: clean 2D detections and lift them to 3D on the GPU')
    .requiredOption('--in <file>', 'HDF5 file written by json2h5')
    .requiredOption('--out <file>', 'HDF5 file to write, e.g. lifted.h5')
    .addOption(lifting.mode())
    .option(...lifting.iterations)
    .option(...rates.video)
    .option(...rates.fps)
    .addOption(again.resume())
    .option(...again.overwrite)
    .option(...skipBroken)
    .action(async (options) => {
      const { dataLift } = await import('./commands/data_lift.js')
      const summary = await dataLift({ ...cli.common(), ...options, signal: cli.interruption() })
      const speed = `${counted(summary.frames, 'frame')} in ${summary.seconds.toFixed(1)} s on ${summary.adapter}`
      cli.print(summary, `${summary.out}: ${counted(summary.clips, 'clip')}${resumedText(summary)}${brokenText(summary)}; ${speed}`)
      failWhereBroken(summary, options)
    })

  data
    .command('skels')
    .description('step 3: write lifted clips and their sentences as a corpus to train on')
    .requiredOption('--in <file>', 'HDF5 file written by lift')
    .requiredOption('--out <prefix>', 'prefix of the corpus to write, e.g. corpus/train')
    .requiredOption('--lang <tag>', 'sign language, e.g. ASL')
    .option(...words.names)
    .option(...words.text)
    .option(...words.gloss)
    .addOption(writing.normalisation())
    .addOption(writing.form())
    .option(...writing.licence)
    .option(...rates.video)
    .option(...rates.fps)
    .option(...skipBroken)
    .action(async (options) => {
      const { dataSkels } = await import('./commands/data_skels.js')
      const summary = await dataSkels({ ...cli.common(), ...normalised(options), signal: cli.interruption() })
      cli.print(summary, writtenText(summary))
      failWhereBroken(summary, options)
    })
}

/** What is there, and what is wrong with it. */
function addLooks(data: Command, cli: Cli): void {
  data
    .command('inspect')
    .description('write an HTML page about a corpus: pictures, clip lengths, missing joints, bones of varying length, problems')
    .argument('<path>', 'prefix of a corpus, .h5, .pose, .npz or .tar file, or folder of them')
    .requiredOption('--out <page.html>', 'HTML page to write')
    .option('--lang <tag>', 'sign language of clips that do not specify one')
    .option(...skipBroken)
    .action(async (path: string, options) => {
      const { dataInspect } = await import('./commands/data_inspect.js')
      const summary = await dataInspect(path, { ...cli.common(), ...options, signal: cli.interruption(NOTHING_TO_KEEP) })
      cli.print(summary, `${summary.out}: ${counted(summary.clips, 'clip')}, ${counted(summary.findings, 'finding')}${brokenText(summary)}`)
      failWhereBroken(summary, options)
    })

  data
    .command('check')
    .description('list all problems of a corpus; exit status 1 if any of them is an error')
    .argument('<prefix>', 'prefix of a corpus, e.g. corpus/train, or folder of a packed one, whose files are held against their checksums')
    .action(async (prefix: string) => {
      const { dataCheck, formatCheck } = await import('./commands/data_check.js')
      const summary = await dataCheck(prefix)
      cli.print(summary, formatCheck(summary))
      if (summary.errors > 0) process.exitCode = CHECK_FAILED
    })

  data
    .command('split')
    .description('split a corpus into train, dev and test')
    .argument('<prefix>', 'prefix of a corpus, e.g. corpus/all')
    .requiredOption('--out <folder>', 'folder for the parts train, dev and test')
    .option('--dev <share>', 'fraction of clips for dev', share, 0.1)
    .option('--test <share>', 'fraction of clips for test', share, 0.1)
    .addOption(
      new Option('--by <what>', 'keep in one part: clips of the same video, of the same sentence, of either, or nothing')
        .choices(splitKinds)
        .default('video'),
    )
    .option('--seed <n>', 'random seed', positive, 1)
    .option('--overwrite', 'replace existing parts')
    .action(async (prefix: string, options) => {
      const { dataSplit } = await import('./commands/data_split.js')
      const summary = await dataSplit(prefix, options)
      const parts = Object.values(summary.splits).map(({ prefix: at, clips }) => `${at} (${clips})`)
      const repeated = summary.repeated > 0 ? `; ${counted(summary.repeated, 'sentence')} with several clips` : ''
      for (const note of summary.notes) cli.warn(note)
      cli.print(summary, `split by ${summary.by}: ${parts.join(', ')}${repeated}`)
    })
}

const resumedText = ({ resumed }: { resumed: number }): string => (resumed > 0 ? ` (${resumed} of them from an earlier run)` : '')

interface Written {
  readonly out: string
  readonly clips: number
  readonly frames: number
  readonly withoutText: number
  readonly withoutClip: number
  readonly namesWithout: { readonly text: readonly string[]; readonly clip: readonly string[] }
  readonly broken: readonly BrokenClip[]
}

function writtenText(summary: Written): string {
  const { out, clips, frames, withoutText, withoutClip, namesWithout } = summary
  const leftOut = [
    ...(withoutText > 0 ? [`${counted(withoutText, 'clip')} without text left out (${someOf(namesWithout.text)})`] : []),
    ...(withoutClip > 0 ? [`${counted(withoutClip, 'name')} without a clip (${someOf(namesWithout.clip)})`] : []),
  ]
  return `${[`${out}: ${counted(clips, 'clip')}, ${counted(frames, 'frame')}`, ...leftOut].join(', ')}${brokenText(summary)}`
}

/** Corpora out of other things. */
function addMakers(data: Command, cli: Cli): void {
  data
    .command('spell')
    .description('build a fingerspelling corpus from a lexicon of signed letters')
    .requiredOption('--lexicon <folder>', 'lexicon: folder with index.csv and one .pose file per letter')
    .requiredOption('--lang <tags>', 'sign languages to spell, e.g. ase or ASL,GSL')
    .requiredOption('--out <folder>', 'folder for the parts train, dev and test')
    .option('--words <file>', 'words to spell, one per line')
    .option('--count <n>', 'number of words to choose if --words is not given: common English words, then made-up ones', positive, 300)
    .option('--seed <n>', 'random seed of the choice of words and of the split', positive, 1)
    .option('--fps <n>', 'frame rate of the corpus', rate, 25)
    .option('--frames-per-letter <n>', 'frames per letter', positive, 10)
    .addOption(
      new Option(
        '--join <kind>',
        'transition between letters: even: straight lines in --join-frames frames; measured: bones keep their lengths, 2 to 8 frames by the way of the fingertips',
      )
        .choices(joins)
        .default('even'),
    )
    .option('--join-frames <n>', 'frames of an even transition between letters (default: 4)', positive)
    .option('--sentences <n>', 'make this many sentences of the words of each language (default: each word is a clip)', positive)
    .option('--words-per-sentence <range>', 'number of words in a sentence (default: 2-4)', range)
    .option(
      '--rest-frames <n>',
      'frames between the words of a sentence, in which the hand slides to the side and back (default: 10)',
      positive,
    )
    .addOption(
      new Option(
        '--bones <kind>',
        'free: joints as the estimator saw them; hold: as near to that as possible while every bone keeps its median length',
      )
        .choices(boneKinds)
        .default('free'),
    )
    .option('--dev <share>', 'fraction of words for dev', share, 0.1)
    .option('--test <share>', 'fraction of words for test', share, 0.1)
    .option('--overwrite', 'replace existing parts')
    .action(async (options) => {
      const { dataSpell } = await import('./commands/data_spell.js')
      const summary = await dataSpell({ ...cli.common(), ...options })
      const parts = Object.values(summary.splits).map(({ prefix, clips }) => `${prefix} (${clips})`)
      cli.print(summary, `spelled ${summary.languages.join(', ')}: ${parts.join(', ')}`)
    })

  data
    .command('prompts')
    .description('write a prompt (.prompt) and its LangGloss (.lang_gloss) for every sentence of a corpus')
    .requiredOption('--corpus <prefix>', 'prefix of the corpus, e.g. corpus/train for corpus/train.text')
    .option('--lang <tag>', 'sign language, if the corpus does not specify one')
    .addOption(new Option('--naming <which>', 'which prompts name their sign language').choices(promptNamings).default('half'))
    .addOption(
      new Option(
        '--source <which>',
        'what LangGloss is made from: gloss, words, content words (pseudo), or gloss if there is one, else words (auto)',
      )
        .choices(glossSources)
        .default('auto'),
    )
    .option('--seed <n>', 'random seed of the choice of templates', positive, 27)
    .option('--templates <file>', 'YAML file with templates for other sign languages: BSL: { named: [...], unnamed: [...] }')
    .option('--read-by <file>', 'write LangGloss as predicted by this text-to-gloss model, to fine-tune a text-to-pose model on it')
    .action(async (options) => {
      const { dataPrompts } = await import('./commands/data_prompts.js')
      const summary = await dataPrompts({ ...cli.common(), ...options })
      const misread = summary.misread > 0 ? `, ${summary.misread} of them not predicted correctly` : ''
      cli.print(
        summary,
        `${counted(summary.lines, 'prompt')}, ${summary.named} of them naming their language${misread}: ${summary.files.join(', ')}`,
      )
    })

  data
    .command('pseudo-glosses')
    .description('write the pseudo-glosses of sentences: their content words in base form, the classes of pseudo-gloss training')
    .requiredOption('--text <file>', 'sentences, one per line, or a .csv in the format of PHOENIX-2014T')
    .addOption(new Option('--language <tag>', 'spoken language of the sentences').choices(analysedLanguages).makeOptionMandatory())
    .requiredOption('--out <file>', 'file to write: .tsv (sentence and items with tabs between) or .jsonl')
    .action(async (options) => {
      const { dataPseudoGlosses, formatPseudoGlosses } = await import('./commands/data_pseudo_glosses.js')
      const summary = await dataPseudoGlosses(options)
      cli.print(summary, formatPseudoGlosses(summary))
    })
}
