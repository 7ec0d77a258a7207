import { describe, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { type AnyKernel, type Constants, pinned } from '../src/device/kernel.js'
import { attentionHalf } from '../src/kernels/attention_half.js'
import type { AttentionShape as Shape } from '../src/reference/attention.js'
import * as reference from '../src/reference/attention_half.js'
import { nearestHalf, toHalf } from '../src/reference/to_half.js'
import { inputsOf as anyInputs, type Inputs, shapeOf, sideBySide } from './attention_inputs.js'
import { expectClose, hasSubgroups, lentGpu, runKernel } from './harness.js'
import { withMatrixUnits } from './subgroup_matrices.js'

const abs = (x: Float64Array) => x.map(Math.abs)

/** Inputs that halves hold with all 11 digits: what becomes of smaller numbers the tests of linear_half say. */
function inputsOf(...args: Parameters<typeof anyInputs>): Inputs {
  const inputs = anyInputs(...args)
  const held = (x: Float64Array) => x.map((v) => (Math.abs(v) < 2 ** -14 ? 0.5 : v))
  return { q: held(inputs.q), k: held(inputs.k), v: held(inputs.v), dy: held(inputs.dy), keyLengths: inputs.keyLengths }
}

const ULP = 2 ** -24

/**
 * By how much the halves of two numbers can differ that are up to `off` from x: nothing but where the border between two halves lies there.
 * Below 2^-14 an adapter may also take 0, or keep all digits.
 */
function doubt(x: number, off: number): number {
  const small = Math.abs(x) - off < 2 ** -14 ? Math.abs(x) + off : 0
  return nearestHalf(x + off) - nearestHalf(x - off) + small
}

async function run(
  shape: Shape,
  inputs: Inputs,
  { given = inputs, by = attentionHalf, on }: { given?: Inputs; by?: typeof attentionHalf; on?: Gpu | undefined } = {},
) {
  const width = shape.heads * shape.headWidth
  const { q, k, v, columns } = sideBySide(given, width)
  const sizes = { y: inputs.q.length, logSumExp: shape.batch * shape.heads * shape.queries }
  const halves = { q: toHalf(q), k: toHalf(k), v: toHalf(v), keyLengths: given.keyLengths }
  const got = await runKernel(by, { ...halves, ...sizes }, { ...shape, ...columns }, on)
  return { got, want: reference.attentionHalf(inputs, shape) }
}

function expectAllClose({ got, want }: Awaited<ReturnType<typeof run>>, inputs: Inputs, shape: Shape, highest = 2): void {
  const ulps = 8 * (1 + highest) + shape.keys / 8
  const off = 8 * (1 + highest) * ULP
  const slack = reference.attentionHalf({ ...inputs, v: abs(inputs.v) }, shape, (w) => doubt(w, w * off))
  expectClose('logSumExp', got.logSumExp, want.logSumExp, { ulps: 8, scale: highest + Math.log(shape.keys) })
  expectClose('y', got.y, want.y, { ulps, scale: slack.y.map((s) => 1 + s / (ulps * ULP)) })
}

const form = (name: string, constants: Constants = {}) =>
  pinned(attentionHalf as unknown as AnyKernel, {
    shader: name === 'portable' ? 'attention_half' : `attention_half_${name}`,
    constants,
  }) as unknown as typeof attentionHalf

describe('attention_half', () => {
  for (const [name, constants] of [
    ['portable', {}],
    ['subgroup', {}],
    ['tiled', {}],
    ['matrix', {}],
    ['matrix', { LANES: 64 }],
    ['matrix', { KEYS: 16 }],
  ] as const) {
    it(`matches the reference, ${name} ${JSON.stringify(constants)}`, async ({ skip }) => {
      if (name === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
      if (name === 'matrix' && !(await lentGpu()).traits.features.has('shader-f16')) skip('this adapter has no halves')
      const on = name === 'matrix' ? await withMatrixUnits() : undefined
      for (const [queries, keys, causal, hw] of [
        [9, 33, 0, 36],
        [33, 9, 1, 36],
        [67, 70, 1, 64],
        [1, 1, 0, 4],
      ] as const) {
        const shape = shapeOf(2, 2, hw, queries, keys, causal)
        const inputs = inputsOf(shape, [keys, Math.min(5, keys)])
        expectAllClose(await run(shape, inputs, { by: form(name, constants), on }), inputs, shape)
      }
    })
  }
})
