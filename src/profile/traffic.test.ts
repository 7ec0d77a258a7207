import { describe, expect, it } from 'vitest'
import type { AnyKernel } from '../device/kernel.js'
import { Recorder, type Step } from '../device/program.js'
import { adamw } from '../kernels/adamw.js'
import { add } from '../kernels/add.js'
import { beamReorder } from '../kernels/beam_reorder.js'
import { columnSum } from '../kernels/column_sum.js'
import { embedding, embeddingGrad } from '../kernels/embedding.js'
import { gelu } from '../kernels/gelu.js'
import { linear } from '../kernels/linear.js'
import { meanPoolGrad } from '../kernels/mean_pool.js'
import { PARTIALS, sumSquares } from '../kernels/sum_squares.js'
import { toHalf } from '../kernels/to_half.js'
import { memoryKernels } from './ceiling_kernels.js'
import { PATTERNS, trafficOf } from './traffic.js'

const n = 2 ** 20
const LARGE = 2 ** 20

/** A dispatch over buffers of so many words; those given a name instead are bound to that one's tensor. */
function dispatch(kernel: unknown, params: Record<string, number>, words: Record<string, number | string>): Step {
  const recorder = new Recorder()
  const own = Object.fromEntries(
    Object.entries(words).map(([name, given]) => [name, typeof given === 'number' ? recorder.tensor(name, [given]) : given]),
  )
  const tensors = Object.fromEntries(
    Object.entries(own).map(([name, tensor]) => [name, typeof tensor === 'string' ? own[tensor]! : tensor]),
  )
  recorder.run(kernel as AnyKernel, tensors as Step['tensors'], params)
  return recorder.steps[0]!
}

const words = 1024
const rows = n / words
const moments = { clip: 2, hyper: 8, weight: n, first: n, second: n }
const adam = { n, decayed: 0, weightDecay: 0, decoupled: 0 }

describe('the traffic of', () => {
  it.each([
    ['what changes three arrays by one', 'updates', dispatch(adamw, adam, { gradient: n, ...moments })],
    ['two arrays into one', 'merge', dispatch(add, { n }, { a: n, b: n, y: n })],
    ['one array into one', 'copy', dispatch(gelu, { n }, { x: n, y: n })],
    ['one array into one of half the bytes', 'merge', dispatch(toHalf, { n }, { x: n, y: n / 2 })],
    ['a sum', 'read', dispatch(sumSquares, { n }, { x: n, partial: PARTIALS })],
    ['a sum onto what is there', 'read', dispatch(columnSum, { rows, cols: words }, { x: n, sum: words })],
    [
      'a broadcast',
      'copy',
      dispatch(meanPoolGrad, { batch: 1, length: rows, width: words, accumulate: 0 }, { dy: words, lengths: 1, dx: n }),
    ],
    [
      'a broadcast that a param has added to what is there',
      'updates',
      dispatch(meanPoolGrad, { batch: 1, length: rows, width: words, accumulate: 1 }, { dy: words, lengths: 1, dx: n }),
    ],
    [
      'a masked copy, which leaves what it does not overwrite',
      'copy',
      dispatch(beamReorder, { rows, beams: 4, capacity: 16, width: 64 }, { x: n, parent: rows, lengths: rows, y: n }),
    ],
    [
      'rows with a small table counted for each',
      'copy',
      dispatch(embedding, { rows, length: rows, width: words }, { ids: rows, table: n / 8, positions: n, y: n }),
    ],
    [
      'a few rows of a large table',
      'merge',
      dispatch(embedding, { rows, length: rows, width: words }, { ids: rows, table: 20 * n, positions: n, y: n }),
    ],
    [
      'a few rows of a large table changed',
      'update',
      dispatch(embeddingGrad, { rows, width: words }, { dy: n, uniqueIds: rows, starts: rows + 1, order: rows, dTable: 20 * n }),
    ],
  ] as const)('%s is %s', (_, pattern, step) => {
    expect(trafficOf(step, LARGE)).toBe(pattern)
  })

  it('a buffer without use does not count what it is bound to again', () => {
    const [rows, inner, cols] = [64, 64, n / 64]
    const bare = { rows, inner, cols, hasBias: 0, activation: 0, hasResidual: 0, rate: 0, stream: 0 }
    const step = dispatch(linear, bare, { x: rows * inner, w: n, b: 'w', residual: 'w', seed: 'w', y: n })
    expect(trafficOf(step, LARGE)).toBe('copy')
  })

  it('little work is told apart, since caches may hold it: by what it touches, not by what its buffers hold', () => {
    expect(trafficOf(dispatch(gelu, { n: 1024 }, { x: 1024, y: 1024 }), LARGE)).toBe('cached copy')
    expect(trafficOf(dispatch(gelu, { n: 1024 }, { x: n, y: n }), LARGE)).toBe('cached copy')
    expect(trafficOf(dispatch(gelu, { n }, { x: n, y: n }), 8 * n)).toBe('copy')
    expect(trafficOf(dispatch(gelu, { n }, { x: n, y: n }), 8 * n + 1)).toBe('cached copy')
  })

  it.each(PATTERNS)("the kernels that measure '%s' is that", (pattern) => {
    for (const kernel of memoryKernels[pattern]) {
      const buffers = Object.fromEntries(Object.keys(kernel.buffers).map((name) => [name, pattern === 'read' && name === 'y' ? n / 16 : n]))
      expect(trafficOf(dispatch(kernel, { n }, buffers), LARGE)).toBe(pattern)
    }
  })
})
