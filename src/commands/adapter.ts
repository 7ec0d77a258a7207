// The adapter of a command: opened, with what is not as it should be said on stderr.

import { hasLongDispatches } from '../device/long_dispatches.js'
import { modelWidth, type PresetModel } from '../model/preset_width.js'
import { type OpenedGpu, type OpenOptions, openGpu } from '../platform/node/open.js'
import type { TrainingConfig } from '../train/config/parts.js'
import { type Listener, warn } from './say.js'

/** As {@link openGpu}; notes, such as tuning results that cannot be read, are said. */
export async function openAdapter(options: OpenOptions, to: Listener): Promise<OpenedGpu> {
  const opened = await openGpu(options)
  for (const note of opened.report.notes) warn(note, to)
  return opened
}

/** What of a run file an adapter is chosen by. */
interface AskedOfAdapter {
  readonly adapter: TrainingConfig['adapter']
  readonly model: PresetModel
}

/** How a run's adapter is opened for its training: the one asked for, else the one the run file names. */
export function openAsRun({ adapter, model }: AskedOfAdapter, asked: string | undefined): OpenOptions {
  return { adapter: asked ?? adapter ?? undefined, longDispatches: hasLongDispatches(modelWidth(model)) }
}
