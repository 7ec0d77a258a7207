// What SignLLM's codes are learned by, against PyTorch's numbers: nearest codes with both losses, contrastive prediction, mean discrepancy, and Sinkhorn's
// plans. The fixture is read where it is present.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import { perplexity, usage } from '../src/metrics/code_usage.js'
import { project } from '../src/nn/layers.js'
import { contrastivePrediction, type PredictionPairs } from '../src/ops/contrastive_prediction.js'
import { type Given, through } from '../src/ops/graph.testing.js'
import { discrepancyOf, meanDiscrepancy } from '../src/ops/mean_discrepancy.js'
import { vectorQuantise } from '../src/ops/vector_quantise.js'
import { sinkhorn } from '../src/text/sign_words/sinkhorn.js'
import { predictionArrays } from '../src/train/prediction_pairs.js'
import { floats, whole } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'vq_mmd.safetensors')
const file = existsSync(path) ? await readSafetensors(path) : undefined
const shapeOf = (name: string) => file!.tensors.get(name)!.shape
const given = (name: string): Given => ({ shape: shapeOf(name), data: floats(file!, name) })
const one = (value: number): Given => ({ shape: [1], data: Float64Array.of(value) })

/** max|a-b| <= rtol·max|b| + 1e-6, rtol 2e-5 of outputs and 1e-4 of gradients. */
function expectNear(name: string, got: ArrayLike<number>, rtol: number): void {
  const want = floats(file!, name)
  expect(got.length, name).toBe(want.length)
  const largest = want.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
  want.forEach((value, i) => {
    expect(Math.abs(got[i]! - value), `${name}[${i}]`).toBeLessThanOrEqual(rtol * largest + 1e-6)
  })
}
const near = (value: number, name: string) => expect(Math.abs(value / floats(file!, name)[0]! - 1), name).toBeLessThanOrEqual(1e-5)

describe.skipIf(!file)(path, () => {
  it('takes the nearest codes, draws rows and codes together, and lets gradients straight through', async () => {
    const lengths = whole(file!, 'vq.lengths')
    const [count] = shapeOf('vq.codebook') as [number]
    const ran = await through({
      inputs: { z: given('vq.z'), lengths: { shape: [lengths.length], data: lengths }, share: one(1) },
      wanted: ['z'],
      parameters: { codebook: given('vq.codebook') },
      dy: given('vq.cotangent'),
      record: (g, { z, ...rest }, { codebook }) => ({
        ...vectorQuantise(g, z!, codebook!, { lengths: rest.lengths!, share: rest.share!, count, commitment: 0.25 }),
      }),
    })
    const index = new Uint32Array(ran.out.index!.buffer)
    // −1 past a clip's length came in as a whole number without a sign.
    expect([...index]).toEqual([...whole(file!, 'vq.index')].map((code) => Math.min(code, count)))
    expectNear('vq.quantized', ran.out.y!, 2e-5)
    const sum = ran.out.distance!.reduce((total, value) => total + value, 0)
    near(sum, 'vq.codebook_loss')
    near(sum, 'vq.commitment_loss')
    near(1.25 * sum, 'vq.loss')
    expectNear('vq.grad_z', ran.out['d z']!, 1e-4)
    expectNear('vq.grad_codebook', ran.out['d codebook']!, 1e-4)
    expectNear('vq.usage', usage(index, count), 2e-5)
    near(perplexity(usage(index, count)), 'vq.perplexity')
  })

  it('predicts what comes', async () => {
    const [batch, length, width] = shapeOf('cp.z') as [number, number, number]
    const [steps] = shapeOf('cp.weight') as [number]
    const negatives = shapeOf('cp.neg_clip').at(-1)!
    const [lengths, clips, times] = [whole(file!, 'cp.lengths'), whole(file!, 'cp.neg_clip'), whole(file!, 'cp.neg_time')]
    const lambda = floats(file!, 'cp.lambda')[0]!
    // There: clip, step, time, negative.
    const negative = (b: number, t: number, k: number, n: number) => {
      const at = ((b * steps + k) * length + t) * negatives + n
      return clips[at]! * length + times[at]!
    }
    const arrays = predictionArrays(lengths, { length, steps, negatives, lambda, scale: 1 }, negative)
    const feeds: Record<string, Given> = {
      partner: { shape: [batch * length * steps, negatives + 1], data: arrays.partner },
      weight: { shape: [batch * length * steps, negatives + 1], data: Float64Array.from(arrays.weight) },
      start: { shape: [arrays.start.length], data: arrays.start },
      reverse: { shape: [arrays.reverse.length], data: arrays.reverse },
    }
    const { out } = await through({
      inputs: { z: given('cp.z'), context: given('cp.context'), ...feeds },
      wanted: ['z', 'context'],
      parameters: {
        'next/weight': { shape: [steps * width, width], data: given('cp.weight').data },
        'next/bias': { shape: [steps * width], data: given('cp.bias').data },
      },
      record: (g, { z, context, ...pairs }, parameters) => {
        const weights = { get: (name: string) => parameters[name]!, joined: () => parameters.none! }
        const h = project({ graph: g, weights }, 'next', context!)
        return { result: contrastivePrediction(g, h, z!, pairs as unknown as PredictionPairs) }
      },
    })
    const perStep = new Float64Array(steps)
    const slots = negatives + 1
    out.result!.forEach((value, at) => {
      if (at % 2 === 0) perStep[Math.floor(at / 2 / slots) % steps]! += value
    })
    near(
      perStep.reduce((sum, value) => sum + value, 0),
      'cp.loss',
    )
    expectNear('cp.loss_per_step', perStep, 2e-5)
    expectNear('cp.grad_z', out['d z']!, 1e-4)
    expectNear('cp.grad_context', out['d context']!, 1e-4)
    expectNear('cp.grad_weight', out['d next/weight']!, 1e-4)
    expectNear('cp.grad_bias', out['d next/bias']!, 1e-4)
  })

  for (const form of ['', 'unbiased_'] as const) {
    it(`tells two sets of rows apart, ${form || 'biased'}`, async () => {
      const [[n], [m]] = [shapeOf('mmd.x'), shapeOf('mmd.y')] as [[number], [number]]
      const shares = { x: new Float64Array(n).fill(1 / n), y: new Float64Array(m).fill(1 / m) }
      const unbiased = form ? { x: n, y: m } : undefined
      const { out } = await through({
        inputs: {
          ...{ x: given('mmd.x'), y: given('mmd.y'), sigma: given('mmd.sigma'), share: one(1) },
          ...{ ofX: { shape: [n], data: shares.x }, ofY: { shape: [m], data: shares.y } },
        },
        wanted: ['x', 'y'],
        record: (g, i) => ({
          ...meanDiscrepancy(
            g,
            { rows: i.x!, share: i.ofX! },
            { rows: i.y!, share: i.ofY! },
            {
              ...{ sigma: i.sigma!, share: i.share! },
              ...(unbiased && { unbiased }),
            },
          ),
        }),
      })
      const sums = { xx: out.xx!, yy: out.yy!, xy: out.xy! }
      near(discrepancyOf(sums, shares, unbiased), `mmd.${form}value`)
      expectNear(`mmd.${form}grad_x`, out['d x']!, 1e-4)
      expectNear(`mmd.${form}grad_y`, out['d y']!, 1e-4)
    })
  }

  for (const name of ['sinkhorn', 'sinkhorn_inf']) {
    it(`moves mass as Sinkhorn does: ${name}`, () => {
      const epsilon = floats(file!, `${name}.eps`)[0]!
      const [a, b, cost] = ['a', 'b', 'C'].map((part) => floats(file!, `${name}.${part}`)) as [Float64Array, Float64Array, Float64Array]
      for (const iterations of [1, 5, 20])
        expectNear(`${name}.P_iter${iterations}`, sinkhorn(cost, a, b, { epsilon, iterations, tolerance: 0 }).mass, 2e-5)
      const errors = floats(file!, `${name}.row_error_per_iteration`)
      const plan = sinkhorn(cost, a, b, { epsilon, iterations: errors.length, tolerance: 0 })
      expectNear(`${name}.P`, plan.mass, 2e-5)
      expectNear(`${name}.f`, plan.f, 2e-5)
      expectNear(`${name}.g`, plan.g, 2e-5)
      if (file!.tensors.has(`${name}.cost`)) near(plan.cost, `${name}.cost`)
      cost.forEach((value, at) => {
        if (value === 1e9) expect(plan.mass[at]).toBe(0)
      })
      expectNear(`${name}.row_error_per_iteration`, plan.rowErrors, 2e-5)
    })
  }
})
