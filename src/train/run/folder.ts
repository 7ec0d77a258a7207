// A run's folder, whatever the task: who may write into it, and what stays of older checkpoints.
//
//   config.yaml            the run file, complete
//   last.safetensors       everything to go on from        best.safetensors    the weights with the best validation
//   step-000400.safetensors  older ones, when more than one is kept
//   tuning.json            the variants of kernels it was begun with, on a tuned adapter
//   run.lock               the process that writes here             .replaced-run       an older run, until this one has a checkpoint
//   metrics.jsonl          a line a report and a validation     summary.json     how it ended     events.out.tfevents.*  TensorBoard

import { existsSync } from 'node:fs'
import { copyFile, link, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { SignError } from '../../base/errors.js'
import { makeFolder, output, removeEmpty, writeWhole } from '../../base/files.js'
import { type Lock, takeLock } from '../../base/lock_file.js'
import { formatRunFile } from './file.js'
import { dropReplaced, putBack, recover, setAside } from './replaced.js'
import { checkSameRun } from './same_run.js'

export interface FolderOptions {
  /** Go on from the folder's last checkpoint; without one, start anew. */
  readonly resume?: boolean
  /** Throw away what the folder holds, once the new run has a checkpoint of its own; `same`: only a run that was begun with this very run file. */
  readonly overwrite?: boolean | 'same'
}

/** Where a run keeps everything to go on from. */
export const lastCheckpoint = (out: string): string => join(out, 'last.safetensors')

/**
 * Runs `work` on a run's folder, as the only process that writes there, and tells what it tells. Where that ends before its first
 * checkpoint, a run that was there is left as it was found; in a folder without one, what was written stays.
 */
export async function* inRunFolder<Event extends { readonly kind: string }>(
  out: string,
  options: FolderOptions,
  work: (folder: RunFolder) => AsyncGenerator<Event>,
): AsyncGenerator<Event> {
  yield* inOpenFolder(await RunFolder.open(out, options), work)
}

/** As {@link inRunFolder}, in a folder that was opened for it. */
export async function* inOpenFolder<Event extends { readonly kind: string }>(
  folder: RunFolder,
  work: (folder: RunFolder) => AsyncGenerator<Event>,
): AsyncGenerator<Event> {
  try {
    for await (const event of work(folder)) {
      if (event.kind === 'checkpoint') await folder.saved()
      yield event
    }
  } finally {
    await folder.close()
  }
}

export class RunFolder {
  /** Whether the run goes on from the folder's last checkpoint. */
  readonly resumed: boolean
  readonly #out: string
  readonly #onlySame: boolean
  readonly #lock: Lock
  /** The topmost folder that had to be made. */
  readonly #made: string | undefined
  #replaces = false

  private constructor(out: string, resumed: boolean, onlySame: boolean, lock: Lock, made: string | undefined) {
    this.#out = out
    this.resumed = resumed
    this.#onlySame = onlySame
    this.#lock = lock
    this.#made = made
  }

  /**
   * Makes the folder and locks it. Throws ERR_USAGE where another process has it, or where it holds a run and nothing, or both `resume`
   * and `overwrite`, say what to do with that; ERR_OUTPUT where it cannot be written.
   */
  static async open(out: string, { resume = false, overwrite = false }: FolderOptions): Promise<RunFolder> {
    if (resume && overwrite !== false) {
      const problem = 'wanted either resume (continue its run) or overwrite (replace it), got both'
      throw new SignError('ERR_USAGE', out, problem, 'Choose one of them')
    }
    const made = await makeFolder(out)
    const last = lastCheckpoint(out)
    let lock: Lock | undefined
    try {
      lock = takeLock(join(out, 'run.lock'), out)
      await recover(out, existsSync(last), isOurs)
      const there = existsSync(last)
      if (!resume && overwrite === false) refuseAnyRun(out)
      return new RunFolder(out, there && overwrite === false, overwrite === 'same', lock, made)
    } catch (error) {
      lock?.release()
      if (made !== undefined) await removeEmpty(out, made)
      throw error
    }
  }

  /**
   * Makes the folder ready and writes the run file into it; an older run is set aside. Throws ERR_CONFIG where the run that is gone on with
   * was begun with another value of a `fixed` key, ERR_USAGE where only the same run may be replaced and another is there, ERR_OUTPUT where
   * the folder cannot be written.
   *
   * @param read reads the run file that is in the folder
   */
  async begin<Config extends object>(
    config: Config,
    fixed: readonly (keyof Config)[],
    read: (path: string) => Promise<Config>,
  ): Promise<void> {
    const out = this.#out
    const runFile = join(out, 'config.yaml')
    if (this.resumed && existsSync(runFile)) checkSameRun(config, await read(runFile), fixed, runFile)
    if (this.#onlySame) await refuseOtherRun(out, config, read)
    const names = await output(out, 'look into the run folder', () => readdir(out))
    // A process that was killed while it wrote leaves a partial file behind.
    for (const name of names.filter(isPartial)) await output(join(out, name), 'remove it', () => rm(join(out, name)))
    if (!this.resumed) {
      await setAside(out, names.filter(isOurs))
      this.#replaces = true
    }
    await writeWhole(runFile, formatRunFile(config))
  }

  /** The run has a checkpoint: what it replaces is no longer wanted. */
  async saved(): Promise<void> {
    const replaces = this.#replaces
    // First: where the older run cannot be removed, the new one is not to give way to it all the same.
    this.#replaces = false
    if (replaces) await dropReplaced(this.#out)
  }

  /** Leaves the folder to others. A run that began anew and has no checkpoint gives way to the one it would have replaced. */
  async close(): Promise<void> {
    // What cannot be put back now lies aside, and is put back by whoever works here next: the reason why the run ended is not to be hidden.
    if (this.#replaces) await putBack(this.#out, isOurs).catch(() => undefined)
    this.#lock.release()
    if (this.#made !== undefined) await removeEmpty(this.#out, this.#made)
  }
}

/** Throws ERR_USAGE where the folder holds a run. */
export function refuseAnyRun(out: string): void {
  if (!existsSync(lastCheckpoint(out))) return
  const problem = 'wanted an empty run folder, got one with a run in it'
  throw new SignError('ERR_USAGE', out, problem, 'Pass --resume to continue it, or --overwrite to replace it')
}

/** Throws ERR_USAGE where the folder holds a run that was begun with another run file than this one. */
export async function refuseOtherRun<Config extends object>(
  out: string,
  config: Config,
  read: (path: string) => Promise<Config>,
): Promise<void> {
  if (!existsSync(lastCheckpoint(out))) return
  // A run file that cannot be read is not this one.
  const begun = await read(join(out, 'config.yaml')).catch(() => undefined)
  if (begun !== undefined && sameRunFile(begun, config)) return
  const problem = 'wanted an empty run folder or one of the same run, got one with another run in it'
  throw new SignError('ERR_USAGE', out, problem, 'Choose another folder as out, or pass --overwrite to replace that run')
}

/** Whether two run files are the same but for the folder: one folder has many names. */
export function sameRunFile(a: object, b: object): boolean {
  return isDeepStrictEqual({ ...a, out: '' }, { ...b, out: '' })
}

/** Before `last`, of `step`, is replaced, keeps it under that step's name; drops the oldest beyond the number wanted. Throws ERR_OUTPUT. */
export async function keepOlder(out: string, keep: number, step: number): Promise<void> {
  const last = lastCheckpoint(out)
  if (keep < 2 || !existsSync(last)) return
  const older = join(out, `step-${String(step).padStart(6, '0')}.safetensors`)
  const partial = `${older}.partial-${process.pid}`
  await output(older, 'keep the last checkpoint under this name', async () => {
    try {
      await rm(partial, { force: true })
      // `last` is not written over but replaced: a second name for it takes no room on the disk.
      await link(last, partial).catch(() => copyFile(last, partial))
      await rename(partial, older)
    } finally {
      // It is still there where `older` was a name of the same checkpoint already: renaming then does nothing.
      await rm(partial, { force: true }).catch(() => undefined)
    }
  })
  await output(out, 'remove the oldest checkpoint', async () => {
    const kept = (await readdir(out)).filter((name) => /^step-\d+\.safetensors$/.test(name)).sort()
    for (const name of kept.slice(0, Math.max(0, kept.length - (keep - 1)))) await rm(join(out, name))
  })
}

/** Only what a run writes is ever removed from its folder, and what `ablate` keeps of it: its curve and what judges read. */
const isOurs = (name: string): boolean =>
  /^(config\.yaml|tuning\.json|summary\.json|curve\.json|judged\.json|metrics\.jsonl|(last|best|step-\d+)\.safetensors|events\.out\.tfevents\..*)$/.test(
    name,
  )
const isPartial = (name: string): boolean => /\.partial-\d+$/.test(name)
