// Products of matrices with sums cut into slices: an output of few tiles would leave most cores of a large GPU without work.

import type { ParamType, ParamValues, VariantSpec } from '../device/kernel.js'

/** Workgroups that keep a large GPU busy: two a core, which work while the other waits. */
export const FULL_GPU_WORKGROUPS = 256

/** Slices of 64 lanes that hide each other's waits for memory: eight a core. */
const ENOUGH_SLICES = 1024

/** Rows or columns of a sum that a slice should have at least: fewer are less than what it copies at a time. */
const SHORTEST = 16

/** An output of rows × cols numbers, each a sum of `length` products. */
export interface ProductShape {
  readonly rows: number
  readonly cols: number
  readonly length: number
}

/**
 * Variants in which a workgroup of SLICES times 64 lanes owns a tile of SIDE by SIDE: the smaller tile where the larger would be too few
 * workgroups, and as many slices as it takes to fill the cores. No more than 256 lanes and 16 KiB, which every adapter has.
 */
export function slicedTiles<P extends Record<string, ParamType>>(
  shape: (params: ParamValues<P>) => ProductShape,
): Pick<VariantSpec<P>, 'workgroups' | 'constants' | 'tune' | 'tries'> {
  return {
    workgroups: (params, _, { SIDE }) => tiles(shape(params), SIDE!),
    constants: (params) => {
      const product = shape(params)
      const SIDE = groupsOf(product, 64) < FULL_GPU_WORKGROUPS ? 32 : 64
      return { SIDE, SLICES: slices(product.length, groupsOf(product, SIDE)) }
    },
    tune: { SIDE: [64, 32], SLICES: [1, 2, 4] },
    // A software driver has no cores to fill, and each barrier costs it a second to compile.
    tries: ({ SIDE, SLICES }, { software }) => !software || (SIDE === 64 && SLICES === 1),
  }
}

const tiles = ({ rows, cols }: ProductShape, side: number) => [Math.ceil(cols / side), Math.ceil(rows / side)] as const

function groupsOf(product: ProductShape, side: number): number {
  const [across, down] = tiles(product, side)
  return across * down
}

function slices(length: number, groups: number): number {
  const enough = [1, 2, 4].find((count) => groups * count >= ENOUGH_SLICES) ?? 4
  return [4, 2].find((count) => count <= enough && count * SHORTEST <= length) ?? 1
}
