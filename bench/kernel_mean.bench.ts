import { kernelMean, kernelMeanGrad } from '../src/kernels/kernel_mean.js'
import { workload } from './workload.js'

// Signs beside words of a language model: 400 of each, of 1024 numbers, five widths.
const [rows, others, width, widths] = [400, 400, 1024, 5]
const note = 'SignLLM'
const sigma = Float32Array.of(8, 16, 32, 64, 128)
const given = { a: rows * width, shareA: rows, b: others * width, shareB: others, sigma }
const params = { rows, others, width, widths, apart: 0 }

export default [
  workload(kernelMean, note, params, { ...given, sum: rows }),
  workload(kernelMeanGrad, note, { ...params, scale: -2, accumulate: 0 }, { ...given, share: 1, da: rows * width }),
]
