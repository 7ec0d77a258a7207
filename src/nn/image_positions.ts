// Learned positions of an image's patches, at another number of patches than they were trained at: the table is a picture of one row a patch, and
// is resized like one, by bicubic convolution (Keys 1981) with a = -0.75 and a border that goes on, as PyTorch's `interpolate` does it.

/**
 * How far apart places are taken: `dinov2`, also Sign2GPT, as its authors do, grid / (patches + 0.1); `hugging-face`, grid / patches. From 37 to 16
 * patches they differ by up to a whole standard deviation of the table.
 */
export const positionForms = ['dinov2', 'hugging-face'] as const
export type PositionForm = (typeof positionForms)[number]

const A = -0.75

/** Weights of the four neighbours of a place, the share `t` of the way from the second to the third. */
function cubicWeights(t: number): readonly number[] {
  const near = (d: number) => ((A + 2) * d - (A + 3)) * d * d + 1
  const far = (d: number) => ((A * d - 5 * A) * d + 8 * A) * d - 4 * A
  return [far(1 + t), near(t), near(1 - t), far(2 - t)]
}

/** For each of `patches` places along an axis, the share of each of `grid` learned ones. */
function axisShares(grid: number, patches: number, form: PositionForm): number[][] {
  const step = grid / (patches + (form === 'dinov2' ? 0.1 : 0))
  return Array.from({ length: patches }, (_, i) => {
    const at = (i + 0.5) * step - 0.5
    const first = Math.floor(at)
    const row = new Array<number>(grid).fill(0)
    cubicWeights(at - first).forEach((weight, k) => {
      row[Math.min(Math.max(first + k - 1, 0), grid - 1)]! += weight
    })
    return row
  })
}

/**
 * What a table of positions [1 + grid², …] is multiplied by for an image of `down` by `across` patches: [1 + down·across, 1 + grid²], row by
 * row, each row `stride` numbers long. The class token keeps its own. Undefined where the table fits as it is.
 */
export function positionShares(
  grid: number,
  [down, across]: readonly [number, number],
  form: PositionForm,
  stride = 1 + grid * grid,
): Float32Array | undefined {
  if (grid === down && grid === across) return undefined
  const [rows, columns] = [axisShares(grid, down, form), axisShares(grid, across, form)]
  const shares = new Float32Array((1 + down * across) * stride)
  shares[0] = 1
  for (let i = 0; i < down; i++)
    for (let j = 0; j < across; j++) {
      const at = (1 + i * across + j) * stride + 1
      for (let y = 0; y < grid; y++) for (let x = 0; x < grid; x++) shares[at + y * grid + x] = rows[i]![y]! * columns[j]![x]!
    }
  return shares
}
