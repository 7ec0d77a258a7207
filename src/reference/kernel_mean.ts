// The plain-loop twin of shaders/kernel_mean*.wgsl, in float64.

export interface KernelMeanInputs {
  /** [rows, width] */
  readonly a: Float64Array
  readonly shareA: Float64Array
  /** [others, width] */
  readonly b: Float64Array
  readonly shareB: Float64Array
  readonly sigma: Float64Array
  /** Leaves out pairs of one number. */
  readonly apart: boolean
}

/** sum [rows] */
export function kernelMean(inputs: KernelMeanInputs): Float64Array {
  const sum = new Float64Array(inputs.shareA.length)
  forEachPair(inputs, ({ i, share, square }) => {
    for (const sigma of inputs.sigma) sum[i]! += share * Math.exp(-square / (2 * sigma * sigma))
  })
  return sum
}

/** The gradient of Σ shareA · sum at a, b being held still. */
export function kernelMeanGrad(inputs: KernelMeanInputs): Float64Array {
  const { a, b, shareA, sigma: widths } = inputs
  const width = a.length / shareA.length
  const da = new Float64Array(a.length)
  forEachPair(inputs, ({ i, j, share, square }) => {
    for (const sigma of widths) {
      const slope = (shareA[i]! * share * Math.exp(-square / (2 * sigma * sigma))) / (sigma * sigma)
      for (let c = 0; c < width; c++) da[i * width + c]! -= slope * (a[i * width + c]! - b[j * width + c]!)
    }
  })
  return da
}

type Pair = { readonly i: number; readonly j: number; readonly share: number; readonly square: number }

function forEachPair({ a, shareA, b, shareB, apart }: KernelMeanInputs, visit: (pair: Pair) => void): void {
  const width = a.length / shareA.length
  shareA.forEach((own, i) => {
    shareB.forEach((share, j) => {
      if (own === 0 || share === 0 || (apart && i === j)) return
      let square = 0
      for (let c = 0; c < width; c++) square += (a[i * width + c]! - b[j * width + c]!) ** 2
      visit({ i, j, share, square })
    })
  })
}
