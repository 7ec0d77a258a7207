// Clips read side by side, those of like length together.

/** Clips of a batch. */
const BATCH = 32

/**
 * What `read` gives of each clip, batch by batch, in the order of the clips.
 *
 * @param read is given some clips, and which ones they are
 */
export async function inBatches<Clip extends { readonly frames: number }, Result>(
  clips: readonly Clip[],
  onProgress: ((done: number, all: number) => void) | undefined,
  read: (batch: readonly Clip[], indices: readonly number[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const order = clips.map((_, i) => i).sort((a, b) => clips[a]!.frames - clips[b]!.frames)
  const all: Result[] = new Array(clips.length)
  for (let first = 0; first < order.length; first += BATCH) {
    const indices = order.slice(first, first + BATCH)
    const results = await read(
      indices.map((i) => clips[i]!),
      indices,
    )
    indices.forEach((i, k) => {
      all[i] = results[k]!
    })
    onProgress?.(Math.min(first + BATCH, order.length), order.length)
  }
  return all
}
