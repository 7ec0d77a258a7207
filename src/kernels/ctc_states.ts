// What the kernels have in common that walk the states of CTC's alignments.

import type { AdapterTraits, Constants } from '../device/kernel.js'

/** Labels a sample may have: two rows of 2 · 512 + 1 states are 8 KiB of the 16 that a workgroup has everywhere. */
export const MOST_LABELS = 512

/**
 * Lanes of a workgroup, which take the states of a frame in turn and wait for each other after it: on GPUs as many as there are states, up to 256;
 * on software drivers, which go through a workgroup's lanes one vector after the other and pay for each wait, one vector.
 */
export const stateLanes = {
  constants: ({ labelRoom }: { readonly labelRoom: number }, { software }: AdapterTraits): Constants => ({
    WG: software ? 8 : ([64, 128, 256].find((size) => size >= 2 * labelRoom + 1) ?? 256),
  }),
  tune: { WG: [64, 4, 8, 32, 128, 256] },
}
