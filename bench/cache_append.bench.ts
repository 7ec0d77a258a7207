import { cacheAppend } from '../src/kernels/cache_append.js'
import { workload } from './workload.js'

// One frame's key and value of a generated batch of 8, width 128.
const params = { batch: 8, capacity: 152, width: 256, stride: 384, column: 128 }

export default [workload(cacheAppend, 'generation', params, { x: 8 * 384, lengths: new Uint32Array(8).fill(75), cache: 8 * 152 * 256 })]
