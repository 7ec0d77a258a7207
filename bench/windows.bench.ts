import { windows, windowsGrad } from '../src/kernels/windows.js'
import { workload } from './workload.js'

// The first convolution over time of GFSLT: batch 8, 128 frames, width 512; a layer of ResNet-18 on eight frames.
const time = { batch: 8, height: 1, width: 128, channels: 512, stride: 512, down: 1, across: 124, columns: 2560 }
const signing = { ...time, kernelHeight: 1, kernelWidth: 5, step: 1, edge: 0, filled: 0 }
const layer = { batch: 8, height: 56, width: 56, channels: 64, stride: 64, down: 56, across: 56, columns: 576 }
const images = { ...layer, kernelHeight: 3, kernelWidth: 3, step: 1, edge: 1, filled: 0 }
const all = (length: number) => new Uint32Array(8).fill(length)
const [frames, rows, pixels, patches] = [8 * 128 * 512, 8 * 124 * 2560, 8 * 56 * 56 * 64, 8 * 56 * 56 * 576]

export default [
  workload(windows, 'GFSLT over time', signing, { x: frames, lengths: all(128), y: rows }),
  workload(windowsGrad, 'GFSLT over time', { ...signing, accumulate: 0 }, { dy: rows, lengths: all(128), dx: frames }),
  workload(windows, 'ResNet-18 layer1', images, { x: pixels, lengths: all(56), y: patches }),
  workload(windowsGrad, 'ResNet-18 layer1', { ...images, accumulate: 0 }, { dy: patches, lengths: all(56), dx: pixels }),
]
