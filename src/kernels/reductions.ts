// What kernels that sum along rows, or down columns, share in their variants for GPUs: neighbouring lanes read neighbouring numbers.

import { type AdapterTraits, type Constants, type Grid, lanes } from '../device/kernel.js'

/** Sizes of subgroups that the variants for rows are written for. */
export const ROW_LANES: readonly number[] = [4, 8, 16, 32, 64]

const ownsRows = ({ features, subgroupSize = 0 }: AdapterTraits): boolean => features.has('subgroups') && ROW_LANES.includes(subgroupSize)

/**
 * A variant in which a subgroup of LANES owns a row, ROWS of them to a workgroup. Untuned it is for GPUs, where lanes that own a row each
 * would read far apart: four rows of 32 lanes keep one busy, and are few enough that a thousand rows reach every core.
 */
export const subgroupRows = {
  suits: (traits: AdapterTraits): boolean => !traits.software && ownsRows(traits),
  runs: ownsRows,
  workgroups: ({ rows }: { readonly rows: number }, _: AdapterTraits, { ROWS }: Constants): Grid => lanes(rows, ROWS!),
  constants: (_: unknown, { subgroupSize }: AdapterTraits): Constants => ({ LANES: subgroupSize! }),
  tune: { ROWS: [4, 1, 2] },
}

/** Where a workgroup owns 4·ACROSS columns, its lanes slices of the rows. For GPUs: a software driver pays too much for barriers. */
export const workgroupColumns = {
  suits: ({ software }: AdapterTraits): boolean => !software,
  tune: { ACROSS: [8, 16, 32] },
}

/**
 * Where a workgroup owns four numbers of ROWS rows of a product with few columns, [rows, parts·rank]. For GPUs: the product has few lanes, and a
 * software driver pays too much for barriers.
 */
export const workgroupLora = {
  suits: ({ software }: AdapterTraits): boolean => !software,
  workgroups: (
    { rows, rank, parts }: { readonly rows: number; readonly rank: number; readonly parts: number },
    _: AdapterTraits,
    { ROWS }: Constants,
  ) => lanes((Math.ceil(rows / ROWS!) * parts * rank) / 4, 1),
  tune: { ROWS: [2, 1, 4] },
}
