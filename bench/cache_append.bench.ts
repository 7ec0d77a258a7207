import { cacheAppend } from '../src/kernels/cache_append.js'
import { workload } from './workload.js'

// One frame of a generated batch of 8, width 128.
const params = { batch: 8, capacity: 152, width: 128 }

export default [workload(cacheAppend, 'generation', params, { x: 8 * 128, lengths: new Uint32Array(8).fill(75), cache: 8 * 152 * 128 })]
