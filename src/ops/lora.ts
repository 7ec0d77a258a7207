import { bug } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { loraDown, loraDownGrad, loraDownWeightGrad } from '../kernels/lora_down.js'
import { loraUp, loraUpGrad, loraUpWeightGrad } from '../kernels/lora_up.js'
import { dropped } from './dropout.js'
import type { Graph } from './graph.js'
import { linear } from './linear.js'
import { f32Value, type Parameter } from './parameter.js'

/** Low-rank adapters (LoRA, Hu et al. 2021) of one layer: `parts` of them read its input, each for columns of the output of its own. */
export interface LoraFactors {
  /** A [parts · rank, inputs], of ranks that are multiples of 4, as parameters are stored. */
  readonly a: Parameter
  /** B [parts · outputs, rank] */
  readonly b: Parameter
  /** Adapters side by side, such as 3 for queries, keys and values of one product; default 1. */
  readonly parts?: number
  /** What B·A is multiplied by, published as α/rank; default 1. */
  readonly factor?: number
  /** Share of the adapters' input that training drops, for each part on its own; default none. */
  readonly dropout?: number
}

/** What becomes of the sums before they are stored: y = residual + drop(base + …). */
export interface LoraFinish {
  /** Share of the outputs that training drops. */
  readonly dropout?: number
  /** As large as y. */
  readonly residual?: Tensor
}

/** A layer's own weights [outputs, inputs] and bias, frozen as a rule. */
export interface LinearWeights {
  readonly weight: Parameter
  readonly bias?: Parameter | undefined
}

/**
 * y [..., outputs] = residual + drop(x · wᵀ + bias + factor · drop(x) · aᵀ · bᵀ), of x [..., inputs]. Of frozen weights no gradient is made, and
 * training stores h [..., parts · rank] besides what a linear layer does: what is dropped is drawn again on the way back.
 */
export const loraLinear = (g: Graph, x: Tensor, { weight, bias }: LinearWeights, lora: LoraFactors, finish: LoraFinish = {}): Tensor =>
  addLora(g, x, linear(g, x, weight, bias), lora, finish)

/** y = residual + drop(base + factor · drop(x) · aᵀ · bᵀ); base [..., outputs] is what the layer makes of x [..., inputs]. */
export function addLora(g: Graph, x: Tensor, base: Tensor, lora: LoraFactors, { dropout = 0, residual }: LoraFinish = {}): Tensor {
  const { a, b, parts = 1, factor = 1 } = lora
  const [down, up] = sizesOf(x, base, lora)
  const [aValue, bValue] = [f32Value(a), f32Value(b)]
  const rate = g.training ? (lora.dropout ?? 0) : 0
  // A stream for each part: the kernels count on from the first.
  const stream = rate > 0 ? Array.from({ length: parts }, () => g.nextStream())[0]! : 0
  const drops = g.training && dropout > 0 ? { seed: g.training.seed, stream: g.nextStream(), rate: dropout } : undefined
  // Nothing is read of a seed where nothing drops, nor of a residual that is not there.
  const seed = g.training?.seed ?? aValue
  const finish = { hasResidual: residual ? 1 : 0, stream: drops?.stream ?? 0, rate: drops?.rate ?? 0 }

  const h = g.tensor('h', [...x.shape.slice(0, -1), parts * down.rank])
  g.recorder.run(loraDown, { x, a: aValue, seed, h }, { ...down, scale: factor, stream, rate })
  const y = g.tensor('y', base.shape)
  g.recorder.run(loraUp, { h, b: bValue, base, residual: residual ?? base, seed, y }, { ...up, ...finish })

  g.onBackward(y, [x, base, a, b, residual], (dy) => {
    const behind = drops && [x, base, a, b].some((input) => g.requiresGrad(input)) ? drops : undefined
    const ds = behind ? dropped(g, dy, behind) : dy
    if (g.requiresGrad(b)) g.recorder.run(loraUpWeightGrad, { dy: ds, h, db: g.gradOf(b) }, up)
    if (g.requiresGrad(a) || g.requiresGrad(x)) {
      const dh = g.tensor('dh', h.shape)
      g.recorder.run(loraUpGrad, { dy: ds, b: bValue, dh }, { ...up, scale: factor })
      if (g.requiresGrad(a)) g.recorder.run(loraDownWeightGrad, { dh, x, seed, da: g.gradOf(a) }, { ...down, stream, rate })
      const atInput = (accumulate: number) => (dx: Tensor) =>
        g.recorder.run(loraDownGrad, { dh, a: aValue, seed, dx }, { ...down, stream, rate, accumulate })
      g.addGrad(x, atInput(0), atInput(1))
    }
    // Last, for from here on others may add onto them.
    g.shareGrad([base], ds)
    if (residual) g.shareGrad([residual], dy)
  })
  return y
}

/** Sizes of both products; a bug where the factors do not fit. */
function sizesOf(x: Tensor, base: Tensor, { a, b, parts = 1 }: LoraFactors) {
  const [inputs, outputs] = [x.shape.at(-1)!, base.shape.at(-1)!]
  const rows = elements(x.shape) / inputs
  const rank = b.value.shape[1]!
  const wanted = `[${parts * rank}, ${inputs}]`
  if (a.value.shape.join() !== [parts * rank, inputs].join()) throw bug(a.name, `wanted ${wanted}, got [${a.value.shape.join(', ')}]`)
  if (b.value.shape[0] !== outputs || elements(base.shape) / outputs !== rows || outputs % (4 * parts) !== 0)
    throw bug(b.name, `wanted ${parts} parts of an output [${base.shape.join(', ')}], got [${b.value.shape.join(', ')}]`)
  return [
    { rows, width: inputs, rank, parts },
    { rows, width: outputs / parts, rank, parts },
  ] as const
}
