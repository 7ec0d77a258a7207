import { type AdapterTraits, defineKernel, lanes } from '../device/kernel.js'

/** Classes that may be asked for of a row. */
export const MOST_TOP = 64

/** Entries of all lanes' lists together, 8 bytes each of the 16 KiB that WebGPU promises a workgroup. */
const MOST_ENTRIES = 1024

/** The smallest power of 2 that is at least n. */
const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(n))

/** As many lanes as find work: every lane of a software driver fills a list of its own, one after the other, so few are best there. */
function lanesOf(classes: number, entries: number, { software }: AdapterTraits): number {
  const useful = powerOfTwo(Math.ceil(classes / 16))
  return Math.min(software ? 8 : 256, MOST_ENTRIES / entries, useful)
}

/**
 * The k classes of the highest logits in each row, in order, the lower id of two alike first: value = the log-softmax over `classes`, id = the
 * class. logits: [rows, stride], stride a multiple of 4, whose padding may hold anything; value: [rows, k]; id: u32 [rows, k]; k at most
 * {@link MOST_TOP} and at most `classes`. A row with NaN or +infinity has NaN for values.
 */
export const topLogProbs = defineKernel({
  name: 'top_log_probs',
  buffers: { logits: 'read', value: 'write', id: 'write' },
  params: { rows: 'u32', classes: 'u32', stride: 'u32', k: 'u32' },
  constants: ({ classes, k }, traits) => {
    const K = powerOfTwo(k)
    return { K, LANES: lanesOf(classes, K, traits) }
  },
  workgroups: ({ rows }) => lanes(rows, 1),
  // An exponential counts as eight. How often a list changes the params do not say.
  cost: ({ rows, classes, k }) => ({ flops: 12 * rows * classes, bytes: 4 * rows * (classes + 2 * k) }),
})
