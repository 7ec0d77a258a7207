import { addPositions } from '../src/kernels/add_positions.js'
import { workload } from './workload.js'

// Embedded frames of pt-base: batch 8, 150 frames, width 512.
const frames = 150
const rows = 8 * frames
const width = 512
const at = Uint32Array.from({ length: rows }, (_, r) => r % frames)

export default [workload(addPositions, 'pt-base frames', { rows, width }, { x: rows * width, table: frames * width, at, y: rows * width })]
