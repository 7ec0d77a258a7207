import { elementClip } from '../src/kernels/element_clip.js'
import { workload } from './workload.js'

// What Sign2GPT trains of XGLM-1.7B and its sign encoder: 16 689 024 numbers.
const n = 16_689_024

export default [workload(elementClip, 'Sign2GPT', { n, limit: 1, scaled: 0 }, { scaling: 4, x: n })]
