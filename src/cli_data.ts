// The commands under `signllm data`: argv to a command, as in cli.ts.

import { type Command, Option } from 'commander'
import { counted, someOf } from './base/counted.js'
import { CHECK_FAILED, exitStatus } from './base/errors.js'
import { picture, positive, rate, share } from './cli_options.js'
import { NOTHING_TO_KEEP } from './cli_signals.js'
import type { BrokenClip } from './commands/clip_work.js'
import { splitKinds } from './data/split.js'
import { detectors } from './formats/detector.js'
import { glossSources } from './text/lang_gloss.js'
import { promptNamings } from './text/prompts.js'

/** What all commands share. */
export interface Cli {
  common(): { adapter?: string; json?: boolean }
  print(value: object, text: string): void
  warn(note: string): void
  interruption(within?: number): AbortSignal
}

const modes = ['adam', 'descent'] as const
const forms = ['neck', 'nine'] as const

/** Adds the commands, in the order in which a corpus is made. */
export function addDataCommands(data: Command, cli: Cli): void {
  addSteps(data, cli)
  addLooks(data, cli)
  addMakers(data, cli)
}

const lifting = {
  mode: () => new Option('--mode <name>', 'optimiser; descent is the published one').choices(modes).default('adam'),
  iterations: ['--iterations <n>', 'at most so many (default: 300 for adam, 1000 for descent)', positive],
} as const

const rates = {
  video: ['--video-fps <n>', 'frames a second of the videos (default: what the input tells, else 24 of detections, 25 of a corpus)', rate],
  fps: ['--fps <n>', 'frames a second to bring all clips to (default: their own)', rate],
} as const
const detecting = {
  detector: () => new Option('--detector <name>', 'what wrote the files (default: told from the files)').choices(detectors),
  picture: [
    '--picture <WxH>',
    'size of the videos, for files that hold fractions of it (DWPose, OpenPose with --keypoint_scale 3 or 4), e.g. 1280x720',
    picture,
  ],
} as const
const again = {
  resume: () => new Option('--resume', 'go on with what an earlier run left').conflicts('overwrite'),
  overwrite: ['--overwrite', 'throw away what is there'],
} as const
const skipBroken = ['--skip-broken', 'clips that cannot be used are no failure'] as const
const words = {
  names: ['--names <file>', 'names of clips, one a line; the others are left out'],
  text: ['--text <file>', 'a sentence for each name'],
  gloss: ['--gloss <file>', 'a gloss for each name'],
} as const
const writing = {
  form: () =>
    new Option('--form <name>', 'neck: neck at 0, shoulders 1/3 apart; nine: as published by Prompt2Sign').choices(forms).default('neck'),
  licence: ['--licence <text>', 'terms of use, for the manifest'],
} as const

/** From a detector's files to a corpus. */
function addSteps(data: Command, cli: Cli): void {
  data
    .command('convert')
    .description('detections, .h5, .pose, .npz or a corpus into a corpus or a file of motions, in one command')
    .requiredOption('--in <path>', 'folder of JSON clips, .h5, .pose or .npz file or folder of them, or prefix of a .skels corpus')
    .requiredOption('--out <path>', 'prefix of a corpus, or a file by its ending: .skels .h5 .npz .pose .bvh .glb .parquet .gif .html …')
    .option('--lang <tag>', 'language, for a corpus whose input tells none')
    .option(...words.names)
    .option(...words.text)
    .option(...words.gloss)
    .option('--clip <name>', 'only this clip')
    .addOption(writing.form())
    .option(...writing.licence)
    .addOption(detecting.detector())
    .option(...detecting.picture)
    .option(...rates.video)
    .addOption(lifting.mode())
    .option(...lifting.iterations)
    .option(...rates.fps)
    .addOption(again.resume())
    .option(...again.overwrite)
    .option(...skipBroken)
    .action(async (options) => {
      const { dataConvert } = await import('./commands/data_convert.js')
      const summary = await dataConvert({ ...cli.common(), ...options, signal: cli.interruption() })
      cli.print(summary, writtenText(summary))
      judge(summary, options)
    })

  data
    .command('json2h5')
    .description('step 1: what OpenPose or DWPose wrote, a file a frame, or .pose files, into one HDF5 file and a quality report')
    .requiredOption('--in <path>', 'the folder above the folders of the clips, or .pose file or folder of them')
    .requiredOption('--out <file>', 'HDF5 file, e.g. clips.h5')
    .addOption(detecting.detector())
    .option(...detecting.picture)
    .option('--fps <n>', 'frames a second of the videos (default: 24)', rate)
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
      judge(summary, options)
    })

  data
    .command('lift')
    .description('step 2: clean detections and lift them into space on the GPU')
    .requiredOption('--in <file>', 'HDF5 file of json2h5')
    .requiredOption('--out <file>', 'HDF5 file, e.g. lifted.h5')
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
      judge(summary, options)
    })

  data
    .command('skels')
    .description('step 3: lifted clips and their sentences into a corpus to train on')
    .requiredOption('--in <file>', 'HDF5 file of lift')
    .requiredOption('--out <prefix>', 'e.g. corpus/train')
    .requiredOption('--lang <tag>', 'language, e.g. ASL')
    .option(...words.names)
    .option(...words.text)
    .option(...words.gloss)
    .addOption(writing.form())
    .option(...writing.licence)
    .option(...rates.video)
    .option(...rates.fps)
    .option(...skipBroken)
    .action(async (options) => {
      const { dataSkels } = await import('./commands/data_skels.js')
      const summary = await dataSkels({ ...cli.common(), ...options, signal: cli.interruption() })
      cli.print(summary, writtenText(summary))
      judge(summary, options)
    })
}

/** What is there, and what is wrong with it. */
function addLooks(data: Command, cli: Cli): void {
  data
    .command('inspect')
    .description('a page with pictures, lengths, joints not seen, bones that stretch and findings')
    .argument('<path>', 'prefix of a corpus, or an .h5 file')
    .requiredOption('--out <page.html>', 'page to write')
    .option('--lang <tag>', 'language of clips that tell none')
    .option(...skipBroken)
    .action(async (path: string, options) => {
      const { dataInspect } = await import('./commands/data_inspect.js')
      const summary = await dataInspect(path, { ...cli.common(), ...options, signal: cli.interruption(NOTHING_TO_KEEP) })
      cli.print(summary, `${summary.out}: ${counted(summary.clips, 'clip')}, ${counted(summary.findings, 'finding')}${brokenText(summary)}`)
      judge(summary, options)
    })

  data
    .command('check')
    .description('name every flaw of a corpus; exit status 1 where there is an error among them')
    .argument('<prefix>', 'e.g. corpus/train')
    .action(async (prefix: string) => {
      const { dataCheck, formatCheck } = await import('./commands/data_check.js')
      const summary = await dataCheck(prefix)
      cli.print(summary, formatCheck(summary))
      if (summary.errors > 0) process.exitCode = CHECK_FAILED
    })

  data
    .command('split')
    .description('divide a corpus into train, dev and test')
    .argument('<prefix>', 'e.g. corpus/all')
    .requiredOption('--out <folder>', 'where train, dev and test go')
    .option('--dev <share>', 'share held out for choosing', share, 0.1)
    .option('--test <share>', 'share held out for the end', share, 0.1)
    .addOption(
      new Option('--by <what>', 'what stays together: clips of one video, of one sentence, of either, or only a clip')
        .choices(splitKinds)
        .default('video'),
    )
    .option('--seed <n>', 'of the choice', positive, 1)
    .option('--overwrite', 'throw away parts that are there')
    .action(async (prefix: string, options) => {
      const { dataSplit } = await import('./commands/data_split.js')
      const summary = await dataSplit(prefix, options)
      const parts = Object.values(summary.splits).map(({ prefix: at, clips }) => `${at} (${clips})`)
      const repeated = summary.repeated > 0 ? `; ${counted(summary.repeated, 'sentence')} with several clips` : ''
      for (const note of summary.notes) cli.warn(note)
      cli.print(summary, `split by ${summary.by}: ${parts.join(', ')}${repeated}`)
    })
}

/** Clips that were left out make the status that of broken data, unless that is what was asked for. */
function judge({ broken }: { broken: readonly BrokenClip[] }, { skipBroken = false }: { skipBroken?: boolean }): void {
  if (broken.length > 0 && !skipBroken) process.exitCode = exitStatus.ERR_DATA
}

const brokenText = ({ broken }: { broken: readonly BrokenClip[] }): string =>
  broken.length > 0 ? `, ${counted(broken.length, 'broken one')} left out` : ''
const resumedText = ({ resumed }: { resumed: number }): string => (resumed > 0 ? ` (${resumed} of them from before)` : '')

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
    .requiredOption('--lexicon <folder>', 'folder with index.csv and .pose files')
    .requiredOption('--lang <tags>', 'languages of the lexicon, e.g. ase or ASL,GSL')
    .requiredOption('--out <folder>', 'where train, dev and test go')
    .option('--words <file>', 'words to spell, one a line')
    .option('--count <n>', 'words to choose where no file is given', positive, 300)
    .option('--seed <n>', 'of the choice and the split', positive, 1)
    .option('--fps <n>', 'frames a second', rate, 25)
    .option('--frames-per-letter <n>', 'frames of a letter', positive, 10)
    .option('--join-frames <n>', 'frames from letter to letter', positive, 4)
    .option('--dev <share>', 'share of words held out for choosing', share, 0.1)
    .option('--test <share>', 'share of words held out for the end', share, 0.1)
    .action(async (options) => {
      const { dataSpell } = await import('./commands/data_spell.js')
      const summary = await dataSpell({ ...cli.common(), ...options })
      const parts = Object.values(summary.splits).map(({ prefix, clips }) => `${prefix} (${clips})`)
      cli.print(summary, `spelled ${summary.languages.join(', ')}: ${parts.join(', ')}`)
    })

  data
    .command('prompts')
    .description('write a .prompt and a .lang_gloss line for every sentence of a corpus')
    .requiredOption('--corpus <prefix>', 'e.g. corpus/train for corpus/train.text')
    .option('--lang <tag>', 'language, where the corpus does not tell')
    .addOption(new Option('--naming <which>', 'prompts that name the sign language').choices(promptNamings).default('half'))
    .addOption(new Option('--source <which>', 'what LangGloss is made of').choices(glossSources).default('auto'))
    .option('--seed <n>', 'of the choice of templates', positive, 27)
    .option('--read-by <file>', 'write LangGloss as this text-to-gloss model reads the prompts, for fine-tuning')
    .action(async (options) => {
      const { dataPrompts } = await import('./commands/data_prompts.js')
      const summary = await dataPrompts({ ...cli.common(), ...options })
      const misread = summary.misread > 0 ? `, ${summary.misread} read otherwise than they are meant` : ''
      cli.print(
        summary,
        `${counted(summary.lines, 'prompt')}, ${summary.named} naming their language${misread}: ${summary.files.join(', ')}`,
      )
    })
}
