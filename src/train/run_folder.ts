// A run's folder, whatever the task: who may write into it, and what stays of older checkpoints.
//
//   config.yaml            the run file, complete
//   last.safetensors       everything to go on from        best.safetensors    the weights with the best validation
//   step-000400.safetensors  older ones, when more than one is kept
//   tuning.json            the forms of kernels it was begun with, on a tuned adapter
//   metrics.jsonl          a line a report and a validation     summary.json     how it ended     events.out.tfevents.*  TensorBoard

import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'

export interface FolderOptions {
  /** Go on from the folder's last checkpoint; without one, start anew. */
  readonly resume?: boolean
  /** Throw away what the folder holds. */
  readonly overwrite?: boolean
}

/** Where a run keeps everything to go on from. */
export const lastCheckpoint = (out: string): string => join(out, 'last.safetensors')

/** Whether a run would go on from what its folder holds. */
export const goesOn = (out: string, { overwrite = false }: FolderOptions): boolean => !overwrite && existsSync(lastCheckpoint(out))

/**
 * Makes the folder ready and writes the run file into it. Throws ERR_USAGE where it holds a run and nothing says what to do with that,
 * ERR_CONFIG where that run was begun with another value of a `fixed` key, ERR_OUTPUT where it cannot be written.
 *
 * @param read reads the run file that is in the folder
 */
export async function prepareFolder<Config extends { readonly out: string }>(
  config: Config,
  options: FolderOptions,
  fixed: readonly (keyof Config)[],
  read: (path: string) => Promise<Config>,
): Promise<void> {
  const { out } = config
  const anew = !goesOn(out, options)
  if (!anew && !options.resume) {
    const problem = 'wanted an empty run folder, got one with a run in it'
    throw new SignError('ERR_USAGE', out, problem, 'Pass --resume to go on, or --overwrite to start anew')
  }
  const runFile = join(out, 'config.yaml')
  if (!anew && existsSync(runFile)) checkSameRun(config, await read(runFile), fixed, runFile)
  // A process that was killed while it wrote leaves a partial file behind.
  for (const name of existsSync(out) ? await readdir(out) : []) if (isPartial(name) || (anew && isOurs(name))) await rm(join(out, name))
  try {
    await mkdir(out, { recursive: true })
  } catch (cause) {
    const problem = `wanted a folder for the run, got ${(cause as Error).message}`
    throw new SignError('ERR_OUTPUT', out, problem, 'Choose a folder you may write to', { cause })
  }
  await writeWhole(runFile, formatRunFile(config))
}

/** The run file of a complete config: reading it gives the same config again. */
export function formatRunFile(config: object): string {
  return stringify(config, { aliasDuplicateObjects: false })
}

/** Before `last` is replaced, keeps it under its step's name; drops the oldest beyond the number wanted. */
export async function keepOlder(out: string, { keep, every }: { keep: number; every: number }, step: number): Promise<void> {
  const last = lastCheckpoint(out)
  if (keep < 2 || !existsSync(last)) return
  const older = join(out, `step-${String(step - every).padStart(6, '0')}.safetensors`)
  await copyFile(last, `${older}.partial-${process.pid}`)
  await rename(`${older}.partial-${process.pid}`, older)
  const kept = (await readdir(out)).filter((name) => /^step-\d+\.safetensors$/.test(name)).sort()
  for (const name of kept.slice(0, Math.max(0, kept.length - (keep - 1)))) await rm(join(out, name))
}

/** Only what a run writes is ever removed from its folder. */
const isOurs = (name: string): boolean =>
  /^(config\.yaml|tuning\.json|summary\.json|metrics\.jsonl|(last|best|step-\d+)\.safetensors|events\.out\.tfevents\..*)$/.test(name)
const isPartial = (name: string): boolean => /\.partial-\d+$/.test(name)

function checkSameRun<Config>(config: Config, begun: Config, fixed: readonly (keyof Config)[], who: string): void {
  const changed = fixed.find((key) => !isDeepStrictEqual(begun[key], config[key]))
  if (changed === undefined) return
  const problem = `wanted \`${String(changed)}\` as the run was begun with, got another`
  throw new SignError('ERR_CONFIG', who, problem, 'Change it back, or start anew with --overwrite')
}
