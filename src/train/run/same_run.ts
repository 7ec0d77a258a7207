// Whether a run that goes on is the run that was begun: by the run file in its folder, and by what its last checkpoint says.

import { isDeepStrictEqual } from 'node:util'
import { SignError } from '../../base/errors.js'
import { shown } from '../../base/shown.js'
import type { SavedTraining } from '../trainer.js'
import { formatRunFile } from './file.js'

/** What of a run file may not change when its run goes on: what decides which batch a step has, and what the model sees of it. */
export function fixedOf<Config extends object>(config: Config, fixed: readonly (keyof Config)[]): Partial<Config> {
  return Object.fromEntries(fixed.map((key) => [key, config[key]])) as Partial<Config>
}

/** Throws ERR_CONFIG where the run file `who` was begun with says another value of a fixed key. */
export function checkSameRun<Config>(config: Config, begun: Config, fixed: readonly (keyof Config)[], who: string): void {
  const changed = fixed.find((key) => !isDeepStrictEqual(begun[key], config[key]))
  if (changed === undefined) return
  const problem = `wanted \`${String(changed)}\` as when the run was started, got another value`
  throw new SignError('ERR_CONFIG', who, problem, 'Change it back, or start again with --overwrite')
}

/** What of a task is needed to read again what a checkpoint keeps of its run file. */
interface RunsOf<Config> {
  readonly fixedKeys: readonly (keyof Config)[]
  parse(source: string, who: string): Config
}

/**
 * Throws ERR_CHECKPOINT, saying in what they differ, where the checkpoint at `path` is of another run than `config`'s: weights that fit say
 * nothing of the data they were trained on. Older checkpoints keep a seed, or nothing at all, and are held against what they keep.
 */
export function checkOwnCheckpoint<Config extends { readonly name: string; readonly out: string; readonly seed: number }>(
  { fixedKeys, parse }: RunsOf<Config>,
  config: Config,
  { run, seed = config.seed }: SavedTraining,
  path: string,
): void {
  const { name, out } = config
  // Read as a run file is: what a later version adds or calls otherwise is then as in a run file of that time.
  const saved = run === undefined ? { seed } : fixedOf(readKept(parse, { ...run, name, out }, path), fixedKeys)
  const wanted = run === undefined ? { seed: config.seed } : fixedOf(config, fixedKeys)
  const difference = firstDifference(wanted, saved)
  if (!difference) return
  const problem = `wanted a checkpoint of this run, whose \`${difference.key}\` is ${orNone(difference.a)}, got one of a run where it is ${orNone(difference.b)}`
  throw new SignError('ERR_CHECKPOINT', path, problem, 'Put a checkpoint of the run there, or start again with --overwrite')
}

/** Throws ERR_CHECKPOINT where the checkpoint at `path` learned from clips that have changed since, though their names have not. */
export function checkSameClips(clips: string | undefined, learned: string | undefined, path: string): void {
  if (clips === undefined || learned === undefined || clips === learned) return
  const problem = `wanted the training clips that the run was started with (${learned}), got clips of the same names with other frames, texts or labels (${clips})`
  throw new SignError('ERR_CHECKPOINT', path, problem, 'Put the clips back, or start again with --overwrite')
}

function readKept<Config>(parse: RunsOf<Config>['parse'], kept: object, path: string): Config {
  try {
    return parse(formatRunFile(kept), path)
  } catch (cause) {
    if (!(cause instanceof SignError)) throw cause
    const problem = `wanted what it keeps of its run file to be read, got ${cause.message}`
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Put a checkpoint of the run there, or start again with --overwrite', { cause })
  }
}

/** The first value of two that differs, by its place; what is undefined counts as not there. */
function firstDifference(a: unknown, b: unknown, key = ''): { readonly key: string; readonly a: unknown; readonly b: unknown } | undefined {
  if (!isObject(a) || !isObject(b)) return Object.is(a, b) ? undefined : { key, a, b }
  for (const step of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const place = Array.isArray(a) ? `${key}[${step}]` : key === '' ? step : `${key}.${step}`
    const found = firstDifference(a[step], b[step], place)
    if (found) return found
  }
  return undefined
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const orNone = (value: unknown): string => (value === undefined ? 'not given' : shown(value))
