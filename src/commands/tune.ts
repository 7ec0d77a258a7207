// `signllm tune`: measures the variants of kernels on an adapter and keeps what won, for every later run there.

import type { Choice } from '../device/kernel.js'
import { shadersOf, type Tuning } from '../device/tuning.js'
import { shaderFromPackage } from '../platform/node/shader_files.js'
import { hashOfShaders, tuningToExtend, writeTuning } from '../platform/node/tuning_file.js'
import { checkKernelNames } from '../profile/kernel_names.js'
import type { Sampling } from '../profile/timing.js'
import { type TunedUse, tune } from '../profile/tune.js'
import { loadTaskRun } from '../tasks/run_file.js'
import { referenceRun } from '../tasks/text_to_pose/reference.js'
import { openAdapter, openAsRun } from './adapter.js'
import { type Listener, warn } from './say.js'

export interface TuneCommandOptions extends Listener {
  readonly adapter?: string | undefined
  /** Beginnings of kernels' names. */
  readonly only?: readonly string[]
  readonly sampling?: Sampling
  readonly signal?: AbortSignal
  /** Told of each shape as it is done. */
  readonly say?: (line: string) => void
}

/** What `--json` prints. */
export interface TuneReport {
  readonly adapter: string
  /** Where the choices are. */
  readonly path: string
  readonly shapes: readonly TunedUse[]
}

/**
 * Tunes for the shapes of a run file, or of the published base model. What is known of other shapes stays; what was measured is kept
 * at once, so that a stop loses nothing. Throws what reading the file, opening the adapter and `tune` throw.
 */
export async function tuneCommand(
  path: string | undefined,
  { adapter, json = false, say = () => {}, ...options }: TuneCommandOptions = {},
): Promise<TuneReport> {
  checkKernelNames(options.only ?? [])
  const run = path === undefined ? referenceRun() : await loadTaskRun(path, (note) => warn(note, { json }))
  const { gpu, report } = await openAdapter({ ...openAsRun(run.config, adapter), tuned: false }, { json })
  try {
    const known = await tuningToExtend(report.identity)
    let { tuning } = known
    const shapes: TunedUse[] = []
    for await (const use of tune(gpu, run, options)) {
      shapes.push(use)
      say(formatUse(use))
      tuning = await withUse(tuning, use)
      await writeTuning(known.path, tuning)
    }
    return { adapter: report.identity, path: known.path, shapes }
  } finally {
    await gpu.destroy()
  }
}

/** The results with one more: in place of the same shape's, and of a kernel's that was another when it was measured. */
async function withUse(tuning: Tuning, { kernel, params, untuned, best }: TunedUse): Promise<Tuning> {
  const files = shadersOf(kernel)
  const hash = await hashOfShaders(files, shaderFromPackage)
  const known = tuning.kernels[kernel.name]
  const others = known?.hash === hash ? known.shapes.filter((shape) => JSON.stringify(shape.params) !== JSON.stringify(params)) : []
  const shape = { ...best.choice, params, ms: best.ms!, untunedMs: untuned.ms! }
  return { ...tuning, kernels: { ...tuning.kernels, [kernel.name]: { files, hash, shapes: [...others, shape] } } }
}

/** What was found at one shape, as a line. */
export function formatUse({ kernel, params, uses, untuned, best, trials }: TunedUse): string {
  const shape = Object.values(params).map((value) => Number(value.toPrecision(4)))
  const gain = best === untuned ? 'stays' : `${(untuned.ms! / best.ms!).toFixed(2)}× with ${nameOf(best.choice)}`
  const failed = trials.flatMap(({ choice, problem }) => (problem === undefined ? [] : [`\n  ${nameOf(choice)} is left out: ${problem}`]))
  return `${`${kernel.name} [${shape.join(', ')}] ${uses}×`.padEnd(64)}${best.ms!.toFixed(3).padStart(9)} ms  ${gain}${failed.join('')}`
}

const nameOf = ({ shader, constants }: Choice): string =>
  [shader, ...Object.entries(constants).map(([name, value]) => `${name} ${value}`)].join(' ')
