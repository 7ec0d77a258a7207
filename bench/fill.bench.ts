import { fill, fillWhole } from '../src/kernels/fill.js'
import { workload } from './workload.js'

// The gradient of a key's bias, beside those of query and value, at width 512.
const width = 512

// The gradient at the directions of PHOENIX's pseudo-glosses, before any product is added.
const prototypes = 2308 * 300

export default [
  workload(fill, "a key's bias", { first: width, n: width, value: 0 }, { y: 3 * width }),
  workload(fillWhole, 'directions of prototypes', { n: prototypes, value: 0 }, { y: prototypes }),
]
