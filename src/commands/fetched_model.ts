// Models behind addresses: how far fetching one is, is shown. A file of this machine is there at once.

import type { Watched } from '../base/progress.js'
import { localPath } from '../formats/safetensors/file.js'
import { type ProgressDisplayOptions, withProgress } from './progress_display.js'

/** What `read` gives of a path or an address. Throws what it throws. */
export function whileFetched<T>(source: string, options: ProgressDisplayOptions, read: (how: Watched) => Promise<T>): Promise<T> {
  return localPath(source) === undefined ? withProgress(options, (onProgress) => read({ onProgress })) : read({})
}
