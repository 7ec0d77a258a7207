// The adapter of a command: opened, with what is not as it should be said on stderr.

import { printable } from '../base/printable.js'
import { hasLongDispatches } from '../device/long_dispatches.js'
import { type Preset, presets } from '../model/config.js'
import { type OpenedGpu, type OpenOptions, openGpu } from '../platform/node/open.js'
import type { TrainingConfig } from '../train/config/parts.js'

/** As {@link openGpu}; notes, such as tuning results that cannot be read, go to stderr, a line each. */
export async function openAdapter(options: OpenOptions): Promise<OpenedGpu> {
  const opened = await openGpu(options)
  for (const note of opened.report.notes) warn(note)
  return opened
}

/** Says a note on standard error. */
export function warn(note: string): void {
  process.stderr.write(`note: ${printable(note)}\n`)
}

/** What of a run file an adapter is chosen by. */
interface AskedOfAdapter {
  readonly adapter: TrainingConfig['adapter']
  readonly model: { readonly preset: Preset; readonly width?: number | undefined }
}

/** How a run's adapter is opened for its training: the one asked for, else the one the run file names. */
export function openAsRun({ adapter, model }: AskedOfAdapter, asked: string | undefined): OpenOptions {
  const { width = presets[model.preset].width } = model
  return { adapter: asked ?? adapter ?? undefined, longDispatches: hasLongDispatches(width) }
}
