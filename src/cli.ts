#!/usr/bin/env node
// argv to a command; no logic of its own. Exit status: 0 well, 1 a check failed, 2 usage or config, 3 device, 4 data or files,
// 5 kernel, 6 diverged, 70 a bug of ours, 129, 130 and 143 ended by SIGHUP, SIGINT and SIGTERM, 141 by a closed pipe.

import { createRequire } from 'node:module'
import { Command, Option } from 'commander'
import { counted } from './base/counted.js'
import { CHECK_FAILED } from './base/errors.js'
import { printable } from './base/printable.js'
import { addDataCommands } from './cli_data.js'
import { reportError } from './cli_errors.js'
import { lengthPolicy, positive, rate, share } from './cli_options.js'
import { outliveStandardError, PIPE_CLOSED, printJson, printText, saidAll, writeResults } from './cli_output.js'
import { interruptedStatus, interruption, keepHangupsIgnored, NOTHING_TO_KEEP } from './cli_signals.js'
import type { ProfileGenerateOptions, ProfileOptions, StepProfileOptions } from './commands/profile.js'
import { say as sayTo, warn as warnTo } from './commands/say.js'
import { type LengthPolicy, lengthPolicies } from './infer/length_policy.js'
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
  .description('Train and run sign-language production on any GPU, or none')
  .option(
    '--adapter <name>',
    "'gpu', 'software', 'embedded' or part of an adapter's name (default: SIGNLLM_ADAPTER, then the best there is)",
  )
  .option('--json', 'print JSON for programs')
  .showHelpAfterError('(signllm --help lists the commands)')
  .exitOverride()

program
  .command('doctor')
  .description('say which adapter runs, what it can do and what would be better')
  .action(async () => {
    const { doctor, formatDoctor } = await import('./commands/doctor.js')
    const report = await doctor(common())
    print(report, formatDoctor(report))
  })

program
  .command('train')
  .description('train as a run file says')
  .argument('<run.yaml>')
  .addOption(new Option('--resume', "go on from the run folder's last checkpoint").conflicts('overwrite'))
  .option('--overwrite', 'throw away the run that is in the folder')
  .action(async (path: string, options: { resume?: boolean; overwrite?: boolean }) => {
    const { formatTrained, train } = await import('./commands/train.js')
    const summary = await train(path, { ...common(), ...options, signal: interruption() })
    print(summary, formatTrained(summary))
    if (summary.interrupted) process.exitCode = interruptedStatus()
  })

program
  .command('ablate')
  .description('train one run under several ways of using rewards, over several seeds, and compare')
  .argument('<run.yaml>')
  .option('--modes <names>', 'with commas between; mse is what the others are compared with', 'mse,rl,rl+plc')
  .option('--seeds <n>', 'how many seeds', positive, 3)
  .option('--overwrite', 'throw away other runs that are in its folders')
  .action(async (path: string, options: { modes: string; seeds: number; overwrite?: boolean }) => {
    const { ablate, formatAblation, parseModes } = await import('./commands/ablate.js')
    const seeds = Array.from({ length: options.seeds }, (_, i) => i + 1)
    const modes = parseModes(options.modes)
    const summary = await ablate(path, { ...common(), ...options, modes, seeds, say, signal: interruption() })
    print(summary, `${formatAblation(summary.rows)}\n${summary.files.join('\n')}`)
  })

program
  .command('tune')
  .description('measure which form of each kernel is fastest on this adapter, and keep it for every later run there')
  .argument('[run.yaml]', 'whose shapes to tune for (default: the published base model)')
  .option('--only <names>', "beginnings of kernels' names, with commas between")
  .action(async (path: string | undefined, options: { only?: string }) => {
    const { tuneCommand } = await import('./commands/tune.js')
    const only = options.only === undefined ? {} : { only: options.only.split(',') }
    const report = await tuneCommand(path, { ...common(), ...only, say, signal: interruption() })
    print(report, `${counted(report.shapes.length, 'shape')} tuned on ${report.adapter}; kept in ${report.path}`)
  })

program
  .command('generate')
  .description('sign a sentence into .skels .pose .npz .bvh .glb .json .gif .png .svg .html files')
  .argument('<text>')
  .requiredOption('--model <file>', 'a checkpoint of a run, e.g. runs/demo/best.safetensors')
  .option('--lang <tag>', 'language, e.g. ASL')
  .requiredOption('--out <file...>', 'files to write; the ending chooses the format')
  .option('--policy <name>', `length: ${lengthPolicies.join(', ')}`, lengthPolicy, 'self-counter')
  .option('--reference <prefix#clip>', 'a clip to compare with, by name or line')
  .action(async (text: string, options: { model: string; lang?: string; out: string[]; policy: LengthPolicy; reference?: string }) => {
    const { generate } = await import('./commands/generate.js')
    const summary = await generate(text, { ...common(), ...options, signal: interruption(NOTHING_TO_KEEP) })
    for (const note of summary.notes) warn(note)
    if (summary.unknownWords.length > 0) warn(`not learned, so read as <unk>: ${summary.unknownWords.join(', ')}`)
    print(summary, `${counted(summary.frames, 'frame')}, ${summary.seconds.toFixed(2)} s of ${summary.language}: ${summary.out.join(', ')}`)
  })

program
  .command('prompt')
  .description('read a request such as "How do you sign \'rain\' in ASL?", and sign it')
  .argument('<prompt>')
  .requiredOption('--gloss <file>', 'a checkpoint of a text-to-gloss run')
  .option('--model <file>', 'a checkpoint of a text-to-pose run, for --out')
  .option('--lang <tag>', 'sign language, for a prompt that names none')
  .option('--beams <n>', 'beams of the search, 1 to 16', positive, 4)
  .option('--out <file...>', 'files to write; the ending chooses the format')
  .action(async (text: string, options: { gloss: string; model?: string; lang?: string; beams: number; out?: string[] }) => {
    const { prompt } = await import('./commands/prompt.js')
    const summary = await prompt(text, { ...common(), ...options, signal: interruption(NOTHING_TO_KEEP) })
    for (const note of summary.notes) warn(note)
    if (summary.unknownWords.length > 0) warn(`not learned, so read as <unk>: ${summary.unknownWords.join(', ')}`)
    const { frames, seconds } = summary
    const made = frames === undefined ? '' : `\n${counted(frames, 'frame')}, ${seconds!.toFixed(2)} s: ${summary.out.join(', ')}`
    print(summary, `${summary.tokens.join(' ')}${made}`)
  })

program
  .command('plan')
  .description('print the memory a run will take: arenas, and the slots of each batch shape')
  .argument('<run.yaml>')
  .action(async (path: string) => {
    const [{ plan }, { formatPlan }] = await Promise.all([import('./commands/plan.js'), import('./profile/plan.js')])
    const planned = await plan(path, common())
    print(planned, formatPlan(planned))
  })

const profile = program.command('profile').description('say where the time goes, and how near it is to what the adapter can do')

/** What every profile can leave behind. */
const leavesFiles = (command: Command): Command =>
  command
    .option('--out <file>', 'save the profile, for profile diff')
    .option('--html <file>', 'write a report page: timeline, roofline, memory, tables')
    .option('--against <file>', 'a saved profile that the page compares with')

const ofSteps = (command: Command): Command =>
  leavesFiles(command)
    .option('--steps <n>', 'steps to profile, each beside one without the profiler', positive, 5)
    .option('--depth <n>', 'scopes that places are grouped by', positive, 2)
    .option('--trace <file>', 'write Chrome trace events, for Perfetto')

ofSteps(
  profile.command('train').description("profile a run's training step").argument('[run.yaml]', 'default: the published base model'),
).action(async (path: string | undefined, options: StepProfileOptions & { depth: number }) => {
  const { profileTrain } = await import('./commands/profile.js')
  await printProfile(await profileTrain(path, { ...common(), ...options }), options)
})

ofSteps(profile.command('generate').description('profile the generation of a sentence').argument('<text>'))
  .requiredOption('--model <file>', 'a checkpoint of a run')
  .option('--lang <tag>', 'language, e.g. ASL')
  .option('--policy <name>', `length: ${lengthPolicies.join(', ')}`, lengthPolicy)
  .action(async (text: string, options: ProfileGenerateOptions & { depth: number }) => {
    const { profileGenerate } = await import('./commands/profile.js')
    await printProfile(await profileGenerate(text, { ...common(), ...options }), options)
  })

leavesFiles(
  profile
    .command('kernel')
    .description('profile kernels alone, at every shape at which the training step and the decoding of a run use them')
    .argument('<name>', 'or its beginning'),
)
  .option('--run <run.yaml>', 'the run whose shapes to take (default: the published base model)')
  .action(async (name: string, options: ProfileOptions & { run?: string }) => {
    const { profileKernels } = await import('./commands/profile.js')
    await printProfile(await profileKernels(name, { ...common(), ...options }), {})
  })

profile
  .command('diff')
  .description('compare two saved profiles of the same work; exit status 1 where something became slower')
  .argument('<before.json>')
  .argument('<after.json>')
  .option('--threshold <share>', 'least change that counts', share, 0.1)
  .action(async (before: string, after: string, options: { threshold: number }) => {
    const [{ profileDiff }, { formatDiff }] = await Promise.all([import('./commands/profile.js'), import('./profile/diff.js')])
    const diff = await profileDiff(before, after, options)
    print(diff, formatDiff(diff))
    if (diff.regressions > 0) process.exitCode = CHECK_FAILED
  })

program
  .command('import')
  .description('convert a Progressive Transformers state dict (.safetensors, or the .index.json of several) to a checkpoint')
  .argument('<file>')
  .requiredOption('--vocabulary <file>', 'one word a line, in id order')
  .requiredOption('--lang <tag>', 'language, e.g. GSL')
  .requiredOption('--out <file>', 'checkpoint to write')
  .option('--heads <n>', 'attention heads, which the file does not tell', positive, 4)
  .option('--tokens <policy>', 'how sentences are cut', 'whitespace')
  .option('--fps <n>', 'frames a second of the motions it was trained on', rate, 25)
  .addOption(
    new Option('--sides <which>', "exchanged: it was trained on motions whose right is the signer's left, as PHOENIX14T's published ones")
      .choices(['facing', 'exchanged'] as const)
      .default('facing' as const),
  )
  .action(async (path: string, options) => {
    const { importStateDict } = await import('./commands/import.js')
    const summary = await importStateDict(path, { ...common(), ...options })
    print(
      summary,
      `${summary.language}: width ${summary.width}, ${counted(summary.heads, 'head')}, ${counted(summary.vocabulary, 'word')}, in ${summary.out}`,
    )
  })

program
  .command('demo')
  .description('train a small two-language model on the built-in corpus and show what it signs')
  .option('--out <folder>', 'where results go', 'demo-out')
  .option('--overwrite', "throw away a run in its folder that is not the demo's own")
  .action(async (options: { out: string; overwrite?: boolean }) => {
    const { demo, formatDemo } = await import('./commands/demo.js')
    const summary = await demo({ ...common(), ...options, signal: interruption() })
    print(summary, formatDemo(summary))
    if (!summary.passed) process.exitCode = CHECK_FAILED
  })

addDataCommands(program.command('data').description('make, convert and look at corpora'), { common, print, warn, interruption })

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
