// Clips read side by side, those of like length together.

import { type OnProgress, telling } from '../base/progress.js'

/** Clips of a batch. */
const BATCH = 32

/**
 * What `read` gives of each clip, batch by batch, in the order of the clips.
 *
 * @param work what is done to them, for whoever is told of progress
 * @param read is given some clips, and which ones they are
 */
export async function inBatches<Clip extends { readonly frames: number }, Result>(
  clips: readonly Clip[],
  { work, onProgress }: { readonly work: string; readonly onProgress?: OnProgress | undefined },
  read: (batch: readonly Clip[], indices: readonly number[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const order = clips.map((_, i) => i).sort((a, b) => clips[a]!.frames - clips[b]!.frames)
  const all: Result[] = new Array(clips.length)
  const tell = telling(onProgress, { work, unit: 'clip', all: clips.length })
  for (let first = 0; first < order.length; first += BATCH) {
    const indices = order.slice(first, first + BATCH)
    const results = await read(
      indices.map((i) => clips[i]!),
      indices,
    )
    indices.forEach((i, k) => {
      all[i] = results[k]!
    })
    tell(Math.min(first + BATCH, order.length))
  }
  return all
}
