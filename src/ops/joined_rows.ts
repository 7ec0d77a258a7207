import { bug } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import { joinedRows, joinedRowsPart, joinedRowsPartGrad } from '../kernels/joined_rows.js'
import type { Graph } from './graph.js'

/** Rows of each sample, [B, rows, D], of which the first lengths[b] count; u32 [B]. */
export interface Sequences {
  readonly x: Tensor
  readonly lengths: Tensor
}

/** Two sequences one behind the other, without padding between them: x [B, rows of both, D], and lengths u32 [B]. */
export function joinRows(g: Graph, first: Sequences, second: Sequences): Sequences {
  const [batch, firstRows, width] = first.x.shape as [number, number, number]
  const secondRows = second.x.shape[1]!
  if (second.x.shape[0] !== batch || second.x.shape[2] !== width) throw bug(second.x.name, 'rows that are joined are as many and as wide')
  const rows = firstRows + secondRows
  const [x, lengths] = [g.tensor('joined', [batch, rows, width]), g.tensor('joined_lengths', [batch], 'u32')]
  const tensors = { first: first.x, firstLengths: first.lengths, second: second.x, secondLengths: second.lengths }
  g.recorder.run(joinedRows, { ...tensors, y: x, lengths }, { batch, firstRows, secondRows, width })
  g.onBackward(x, [first.x, second.x], (dy) => {
    const part = (of: Sequences, behind: 0 | 1) => {
      const given = { x: dy, starts: first.lengths, lengths: of.lengths }
      const params = { batch, length: rows, rows: of.x.shape[1]!, width, behind }
      const record = (accumulate: 0 | 1) => (y: Tensor) => g.recorder.run(joinedRowsPart, { ...given, y }, { ...params, accumulate })
      g.addGrad(of.x, record(0), record(1))
    }
    part(first, 0)
    part(second, 1)
  })
  return { x, lengths }
}

/** Of joined rows x [B, rows of both, D] the second ones: [B, rows, D], those past lengths[b] 0. starts u32 [B]: how many come before them. */
export function rowsBehind(
  g: Graph,
  x: Tensor,
  { starts, lengths, rows }: { readonly starts: Tensor; readonly lengths: Tensor; readonly rows: number },
): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const y = g.tensor('behind', [batch, rows, width])
  const params = { batch, length, rows, width, behind: 1 }
  g.recorder.run(joinedRowsPart, { x, starts, lengths, y }, { ...params, accumulate: 0 })
  g.onBackward(y, [x], (dy) => {
    const record = (accumulate: 0 | 1) => (dx: Tensor) =>
      g.recorder.run(joinedRowsPartGrad, { dy, starts, lengths, dx }, { ...params, accumulate })
    g.addGrad(x, record(0), record(1))
  })
  return y
}
