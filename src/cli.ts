#!/usr/bin/env node
// argv to a command; no logic of its own. Exit status: 0 well, 1 a check failed, 2 usage or config, 3 device, 4 data or files,
// 5 kernel, 6 diverged, 7 a rank lost, 70 a bug of ours, 129, 130 and 143 ended by SIGHUP, SIGINT and SIGTERM, 141 by a closed pipe.

import { createRequire } from 'node:module'
import { Command, Option } from 'commander'
import { counted } from './base/counted.js'
import { CHECK_FAILED } from './base/errors.js'
import { printable } from './base/printable.js'
import { addAblateCommand } from './cli_ablate.js'
import { addDataCommands } from './cli_data.js'
import { reportError } from './cli_errors.js'
import { addEvalCommand } from './cli_eval.js'
import { addImportCommand } from './cli_import.js'
import { addJudgeCommands } from './cli_judge.js'
import { addModelCommands } from './cli_model.js'
import { bonesOption, lengthHelp, lengthPolicy, paletteOption, positive, share } from './cli_options.js'
import { outliveStandardError, PIPE_CLOSED, printJson, printText, saidAll, writeResults } from './cli_output.js'
import { addPageCommand } from './cli_page.js'
import { addPseudoGlossCommand } from './cli_pseudo_gloss.js'
import { addRetrieveCommand } from './cli_retrieve.js'
import { addScoreCommand } from './cli_score.js'
import { addServeCommand } from './cli_serve.js'
import { addSignCodesCommand } from './cli_sign_codes.js'
import { interruptedStatus, interruption, keepHangupsIgnored, NOTHING_TO_KEEP } from './cli_signals.js'
import { addTranslateCommand } from './cli_translate.js'
import type { GenerateCommandOptions } from './commands/generate.js'
import type { ProfileGenerateOptions, ProfileOptions, StepProfileOptions } from './commands/profile.js'
import type { PromptCommandOptions } from './commands/prompt.js'
import { say as sayTo, warn as warnTo } from './commands/say.js'
import type { Profile } from './profile/profile.js'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
// Asked before commander has read the line, since it may be commander that complains.
const json = process.argv.slice(2).some((argument, i, all) => argument === '--json' && !all.slice(0, i).includes('--'))

const say = (line: string): void => sayTo(line, { json })
const warn = (note: string): void => warnTo(note, { json })

const program = new Command('signllm')
  .configureOutput({
    writeOut: (text) => printText(text.trimEnd()),
    writeErr: (text) => {
      if (!json) process.stderr.write(printable(text))
    },
  })
  .version(version)
  .description('Sign-language production: train models that turn text into signing motion, and run them, with or without a GPU')
  .option(
    '--adapter <name>',
    "the device to use: 'gpu', 'software', 'embedded' or part of an adapter's name (default: SIGNLLM_ADAPTER, else the best available)",
  )
  .option('--json', 'print results as JSON')
  .showHelpAfterError('(signllm --help lists the commands)')
  .exitOverride()

program
  .command('doctor')
  .description('show the adapter in use, its features, and how to get a faster one')
  .action(async () => {
    const { doctor, formatDoctor } = await import('./commands/doctor.js')
    const report = await doctor(common())
    print(report, formatDoctor(report))
  })

program
  .command('train')
  .description('train a model from a run file')
  .argument('<run.yaml>')
  .addOption(new Option('--resume', "resume from the last checkpoint in the run's folder").conflicts('overwrite'))
  .option('--overwrite', 'replace the run that is in the folder')
  .option('--rank-timeout <seconds>', 'under mpirun: how long to wait for ranks that do not answer', positive, 1800)
  .option('--dry-run', 'open the adapter, load the data and show what each rank would get; train nothing')
  .action(async (path: string, options: { resume?: boolean; overwrite?: boolean; rankTimeout: number; dryRun?: boolean }) => {
    const [{ formatTrained, train }, { dryRun, formatDryRun }, { openRanks }] = await Promise.all([
      import('./commands/train.js'),
      import('./commands/train_dry_run.js'),
      import('./platform/node/mpi/open.js'),
    ])
    const signal = interruption()
    const ranks = await openRanks({ timeout: options.rankTimeout })
    const says = ranks === undefined || ranks.rank === 0
    if (options.dryRun) {
      const planned = await dryRun(path, { ...common(), ranks })
      await ranks?.close()
      if (says) print(planned, formatDryRun(planned))
      return
    }
    const summary = await train(path, { ...common(), ...options, ranks, signal })
    await ranks?.close()
    if (says) print(summary, formatTrained(summary))
    if (summary.interrupted) process.exitCode = interruptedStatus()
  })

addAblateCommand(program, { common, print, warn, interruption })

program
  .command('tune')
  .description('measure every variant of each kernel on this adapter and use the fastest in later runs')
  .argument('[run.yaml]', 'run whose tensor shapes are measured (default: pt-base, the published Progressive Transformer)')
  .option('--only <names>', 'tune only kernels whose names begin with one of these, separated by commas')
  .action(async (path: string | undefined, options: { only?: string }) => {
    const { tuneCommand } = await import('./commands/tune.js')
    const only = options.only === undefined ? {} : { only: options.only.split(',') }
    const report = await tuneCommand(path, { ...common(), ...only, say, signal: interruption() })
    print(report, `${counted(report.shapes.length, 'shape')} tuned on ${report.adapter}; saved in ${report.path}`)
  })

program
  .command('generate')
  .description(
    'generate the signing motion of a sentence and write it as .skels .pose .npz .bvh .glb .json .gif .mp4 .apng .png .svg .html',
  )
  .argument('<text>')
  .requiredOption('--model <file>', 'checkpoint of a text-to-pose run, e.g. runs/rain/best.safetensors')
  .option('--lang <tag>', 'sign language, e.g. ASL (default: the language of the model, if it has only one)')
  .requiredOption('--out <file...>', 'files to write; the file extension selects the format')
  .option('--policy <name>', lengthHelp, lengthPolicy, 'auto')
  .addOption(bonesOption())
  .addOption(paletteOption())
  .option('--reference <prefix#clip>', 'corpus clip to draw beside the result: prefix of the corpus, and name or line number of the clip')
  .action(async (text: string, options: GenerateCommandOptions) => {
    const { generate } = await import('./commands/generate.js')
    const summary = await generate(text, { ...common(), ...options, signal: interruption(NOTHING_TO_KEEP) })
    for (const note of summary.notes) warn(note)
    if (summary.unknownWords.length > 0) warn(`not learned, so read as <unk>: ${summary.unknownWords.join(', ')}`)
    print(summary, `${counted(summary.frames, 'frame')}, ${summary.seconds.toFixed(2)} s of ${summary.language}: ${summary.out.join(', ')}`)
  })

program
  .command('prompt')
  .description('translate a prompt such as "How do you sign \'rain\' in ASL?" into LangGloss and, with --model, into signing motion')
  .argument('<prompt>')
  .option('--gloss <file>', 'checkpoint of a text-to-gloss run (default: that in the model file, see export --prompts)')
  .option('--model <file>', 'model file, or checkpoint of a text-to-pose run; needed for --out')
  .option('--lang <tag>', 'sign language of prompts that do not name one')
  .option('--beams <n>', 'beam search width, 1 to 16', positive, 4)
  .option('--out <file...>', 'files to write; the file extension selects the format')
  .addOption(bonesOption())
  .addOption(paletteOption())
  .action(async (text: string, options: PromptCommandOptions) => {
    const { prompt } = await import('./commands/prompt.js')
    const summary = await prompt(text, { ...common(), ...options, signal: interruption(NOTHING_TO_KEEP) })
    for (const note of summary.notes) warn(note)
    if (summary.unknownWords.length > 0) warn(`not learned, so read as <unk>: ${summary.unknownWords.join(', ')}`)
    const { frames, seconds } = summary
    const made = frames === undefined ? '' : `\n${counted(frames, 'frame')}, ${seconds!.toFixed(2)} s: ${summary.out.join(', ')}`
    print(summary, `${summary.tokens.join(' ')}${made}`)
  })

addTranslateCommand(program, { common, print, warn, interruption })

addServeCommand(program, { common, print, warn, interruption }, version)

addEvalCommand(program, { common, print, warn, interruption }, version)

program
  .command('plan')
  .description('print the GPU memory that a run needs: weights, optimiser state and activation buffers')
  .argument('<run.yaml>')
  .action(async (path: string) => {
    const [{ plan }, { formatPlan }] = await Promise.all([import('./commands/plan.js'), import('./profile/plan.js')])
    const planned = await plan(path, common())
    print(planned, formatPlan(planned))
  })

const profile = program.command('profile').description("measure where time goes, and compare it with this adapter's peak")

/** What every profile can leave behind. */
const leavesFiles = (command: Command): Command =>
  command
    .option('--out <file>', 'save the profile as JSON, for profile diff')
    .option('--html <file>', 'write a report page: timeline, roofline, memory, tables')
    .option('--against <file>', 'saved profile to compare with on the page')

const ofSteps = (command: Command): Command =>
  leavesFiles(command)
    .option('--steps <n>', 'number of steps to profile; as many are run without the profiler, for comparison', positive, 5)
    .option('--depth <n>', 'group results by this many levels of the model, e.g. 2: decoder.0/self', positive, 2)
    .option('--trace <file>', 'write a Chrome trace, e.g. for Perfetto')

ofSteps(
  profile
    .command('train')
    .description('profile the training step of a run')
    .argument('[run.yaml]', 'default: pt-base, the published Progressive Transformer'),
).action(async (path: string | undefined, options: StepProfileOptions & { depth: number }) => {
  const { profileTrain } = await import('./commands/profile.js')
  await printProfile(await profileTrain(path, { ...common(), ...options }), options)
})

ofSteps(profile.command('generate').description('profile the generation of a sentence').argument('<text>'))
  .requiredOption('--model <file>', 'checkpoint of a text-to-pose run')
  .option('--lang <tag>', 'sign language, e.g. ASL (default: the language of the model, if it has only one)')
  .option('--policy <name>', lengthHelp, lengthPolicy)
  .action(async (text: string, options: ProfileGenerateOptions & { depth: number }) => {
    const { profileGenerate } = await import('./commands/profile.js')
    await printProfile(await profileGenerate(text, { ...common(), ...options }), options)
  })

leavesFiles(
  profile
    .command('kernel')
    .description('profile single kernels, at every shape that the training step and the decoding of a run have')
    .argument('<name>', 'name of a kernel, or the beginning of several names; only kernels that the run uses'),
)
  .option('--run <run.yaml>', 'run whose model is used (default: pt-base, the published Progressive Transformer)')
  .action(async (name: string, options: ProfileOptions & { run?: string }) => {
    const { profileKernels } = await import('./commands/profile.js')
    await printProfile(await profileKernels(name, { ...common(), ...options }), {})
  })

profile
  .command('diff')
  .description('compare two saved profiles of the same work; exit status 1 if anything became slower')
  .argument('<before.json>')
  .argument('<after.json>')
  .option('--threshold <share>', 'smallest relative change that counts', share, 0.1)
  .action(async (before: string, after: string, options: { threshold: number }) => {
    const [{ profileDiff }, { formatDiff }] = await Promise.all([import('./commands/profile.js'), import('./profile/diff.js')])
    const diff = await profileDiff(before, after, options)
    print(diff, formatDiff(diff))
    if (diff.regressions > 0) process.exitCode = CHECK_FAILED
  })

addImportCommand(program, { common, print, warn, interruption })
addModelCommands(program, { common, print, warn, interruption }, version)
addPageCommand(program, { common, print, warn, interruption })

program
  .command('demo')
  .description('train a small two-language model on the built-in corpus, evaluate it and write a page with its results')
  .option('--out <folder>', 'folder for the results', 'demo-out')
  .option('--overwrite', 'replace a run in the folder that was not made by the demo')
  .action(async (options: { out: string; overwrite?: boolean }) => {
    const { demo, formatDemo } = await import('./commands/demo.js')
    const summary = await demo({ ...common(), ...options, signal: interruption() })
    print(summary, formatDemo(summary))
    if (!summary.passed) process.exitCode = CHECK_FAILED
  })

const cli = { common, print, warn, interruption }
addScoreCommand(program, cli)
addPseudoGlossCommand(program, cli)
addSignCodesCommand(program, cli)
addRetrieveCommand(program, cli)
addJudgeCommands(
  program.command('judge').description('train judges that read signing, read with them, and see how well they read'),
  cli,
  version,
)
addDataCommands(program.command('data').description('make, convert, check and view corpora'), cli)

function common(): { adapter?: string; json?: boolean } {
  return program.opts()
}

function print(value: object, text: string): void {
  if (common().json) printJson(value)
  else printText(text)
}

async function printProfile(value: Profile, options: { depth?: number }): Promise<void> {
  const { formatProfile } = await import('./profile/table.js')
  print(value, formatProfile(value, options))
}

/** The exit status of a command, everything said and written. */
async function run(): Promise<number> {
  try {
    await program.parseAsync()
  } catch (error) {
    process.exitCode = reportError(error, { json })
  }
  const status = Number(process.exitCode ?? 0)
  try {
    return (await writeResults()) ? status : status || PIPE_CLOSED
  } catch (error) {
    const failed = reportError(error, { json })
    return status > CHECK_FAILED ? status : failed // whoever reads that a check failed would look for what it found
  }
}

outliveStandardError()
keepHangupsIgnored()
process.on('uncaughtException', (error) => process.exit(reportError(error, { json })))
process.exitCode = await run()
await saidAll()
// Dawn keeps the process alive as long as its instance is reachable; everything is written by now.
process.exit()
