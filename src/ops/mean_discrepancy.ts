import { elements, type Tensor } from '../device/memory.js'
import { kernelMean, kernelMeanGrad } from '../kernels/kernel_mean.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'

/** Rows and each one's share of their mean: the shares sum to 1, and rows whose share is 0 are not read. */
export interface SharedRows {
  /** [..., D], D a multiple of 4. */
  readonly rows: Tensor
  /** One a row. */
  readonly share: Tensor
}

export interface Discrepancy {
  /** [Q]: widths of the Gaussian kernels, which are added up. */
  readonly sigma: Tensor
  /** [1]: what the loss is multiplied by. */
  readonly share: Tensor
  /** Leaves rows out of their own company, as the unbiased form does; give how many rows count on each side. Default: the biased form. */
  readonly unbiased?: { readonly x: number; readonly y: number }
}

/** Sums of kernels of every row: those of x among themselves, of y among themselves, and of x with y. */
export interface DiscrepancySums {
  readonly xx: Tensor
  readonly yy: Tensor
  readonly xy: Tensor
}

/**
 * The squared maximum mean discrepancy (Gretton et al. 2012) of two sets of rows: how far the rows of x are from being drawn as those of y are. Starts the
 * way back at either, and returns the sums that `discrepancyOf` makes it of.
 */
export function meanDiscrepancy(g: Graph, x: SharedRows, y: SharedRows, { sigma, share, unbiased }: Discrepancy): DiscrepancySums {
  const width = x.rows.shape.at(-1)!
  const paramsOf = (a: SharedRows, b: SharedRows) => {
    const [rows, others] = [elements(a.rows.shape) / width, elements(b.rows.shape) / width]
    return { rows, others, width, widths: elements(sigma.shape), apart: unbiased && a === b ? 1 : 0 }
  }
  const given = (a: SharedRows, b: SharedRows) => ({ a: a.rows, shareA: a.share, b: b.rows, shareB: b.share, sigma })
  const sumsOf = (name: string, a: SharedRows, b: SharedRows) => {
    const sum = g.tensor(name, [elements(a.rows.shape) / width])
    g.recorder.run(kernelMean, { ...given(a, b), sum }, paramsOf(a, b))
    return sum
  }
  const sums = { xx: sumsOf('xx', x, x), yy: sumsOf('yy', y, y), xy: sumsOf('xy', x, y) }
  const wanted = [x, y].filter(({ rows }) => g.requiresGrad(rows))
  if (wanted.length === 0) return sums
  const scaled = sharesForGrads(g, share)
  for (const own of wanted) {
    const other = own === x ? y : x
    const back = (b: SharedRows, scale: number, accumulate: 0 | 1) => (da: Tensor) =>
      g.recorder.run(kernelMeanGrad, { ...given(own, b), share: scaled, da }, { ...paramsOf(own, b), scale, accumulate })
    // A row is in two of its own pairs, once on either side.
    const among = 2 * pairing(unbiased?.[own === x ? 'x' : 'y'])
    g.addGrad(own.rows, back(own, among, 0), back(own, among, 1))
    g.addGrad(own.rows, back(other, -2, 0), back(other, -2, 1))
  }
  return sums
}

/** What the mean over pairs of `count` rows is more where a row is no pair with itself. */
const pairing = (count: number | undefined): number => (count === undefined ? 1 : count / (count - 1))

/** The squared discrepancy of sums that were read back, each with the shares of its rows. */
export function discrepancyOf(
  { xx, yy, xy }: Readonly<Record<keyof DiscrepancySums, Float32Array>>,
  shares: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  unbiased?: Discrepancy['unbiased'],
): number {
  const mean = (sum: Float32Array, share: ArrayLike<number>) => sum.reduce((total, value, i) => total + share[i]! * value, 0)
  return pairing(unbiased?.x) * mean(xx, shares.x) + pairing(unbiased?.y) * mean(yy, shares.y) - 2 * mean(xy, shares.x)
}
