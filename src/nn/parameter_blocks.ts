// Which parameters share a buffer. What the optimiser takes lies together, weights of layers before tables before vectors, so that one dispatch a
// buffer updates all of it and one boundary tells what decays. No buffer is larger than one binding may be.

import { bug, SignError } from '../base/errors.js'
import { elements } from '../device/memory.js'
import { storedShape } from '../ops/parameter.js'
import { isLayerWeight, isMatrix, isTrainable, type ParameterSpec } from './parameter_spec.js'

/** Parameters that lie in one buffer, in this order. */
export interface Block {
  readonly specs: readonly ParameterSpec[]
  readonly trainable: boolean
  readonly dtype: 'f32' | 'f16'
}

/** Numbers a parameter takes as it is stored. */
export const storedLength = ({ shape }: ParameterSpec): number => elements(storedShape(shape))

const bytesPerNumber = { f32: 4, f16: 2 }
export const storedBytes = (spec: ParameterSpec, dtype: Block['dtype']): number => bytesPerNumber[dtype] * storedLength(spec)

/**
 * The blocks of `specs`, none of more than `maxBytes` when each parameter begins at a multiple of `align` bytes. Throws ERR_DEVICE for a parameter, with those
 * that are taken as one with it, of more than that.
 */
export function parameterBlocks(specs: readonly ParameterSpec[], maxBytes: number, align: number): Block[] {
  for (const spec of specs) {
    if (isTrainable(spec) && spec.dtype === 'f16') throw bug(spec.name, 'a parameter that is trained is stored as f32, not f16')
    if (spec.running && (isTrainable(spec) || spec.dtype === 'f16')) throw bug(spec.name, 'running statistics are f32 and not trained')
  }
  const inOrder = [
    ...specs.filter(isLayerWeight),
    ...specs.filter((spec) => isMatrix(spec) && !isLayerWeight(spec)),
    ...specs.filter((spec) => !isMatrix(spec)),
  ]
  checkFollowers(inOrder)
  const kinds = [
    { trainable: true, dtype: 'f32', running: undefined },
    { trainable: false, dtype: 'f32', running: undefined },
    { trainable: false, dtype: 'f16', running: undefined },
    { trainable: false, dtype: 'f32', running: true },
  ] as const
  return kinds.flatMap(({ trainable, dtype, running }) => {
    const own = inOrder.filter((spec) => isTrainable(spec) === trainable && (spec.dtype ?? 'f32') === dtype && spec.running === running)
    return packed(own, dtype, maxBytes, align).map((block) => ({ specs: block, trainable, dtype }))
  })
}

/** Those that lie one behind the other must be of a kind: both trained or neither, and stored alike. */
function checkFollowers(specs: readonly ParameterSpec[]): void {
  specs.forEach((spec, i) => {
    const before = specs[i - 1]
    if (!spec.follows) return
    if (!before || isMatrix(before) !== isMatrix(spec) || before.table !== spec.table)
      throw bug(spec.name, 'it follows a parameter that is not there')
    if (isTrainable(before) !== isTrainable(spec) || (before.dtype ?? 'f32') !== (spec.dtype ?? 'f32') || before.running !== spec.running)
      throw bug(spec.name, `taken as one with ${before.name}, it must be frozen with it and stored alike`)
  })
}

/** Fills one block after the other; what follows a parameter stays with it. */
function packed(specs: readonly ParameterSpec[], dtype: Block['dtype'], maxBytes: number, align: number): ParameterSpec[][] {
  const blocks: ParameterSpec[][] = []
  let used = 0
  for (const run of runs(specs)) {
    const bytes = Math.ceil(run.reduce((sum, spec) => sum + storedBytes(spec, dtype), 0) / align) * align
    if (bytes > maxBytes) throw tooLarge(run, bytes, maxBytes)
    if (blocks.length === 0 || used + bytes > maxBytes) {
      blocks.push([])
      used = 0
    }
    blocks.at(-1)!.push(...run)
    used += bytes
  }
  return blocks
}

/** Each parameter with those that follow it. */
function runs(specs: readonly ParameterSpec[]): ParameterSpec[][] {
  const found: ParameterSpec[][] = []
  for (const spec of specs) {
    if (spec.follows) found.at(-1)!.push(spec)
    else found.push([spec])
  }
  return found
}

function tooLarge(run: readonly ParameterSpec[], bytes: number, maxBytes: number): SignError {
  const [first] = run
  const more = run.length > 1 ? ` and ${run.length - 1} more that are taken with it` : ''
  const problem = `wanted [${first!.shape.join(', ')}]${more} of ${bytes} bytes in one binding, got a limit of ${maxBytes}`
  return new SignError('ERR_DEVICE', first!.name, problem, 'Use a smaller model or vocabulary, or an adapter that binds more')
}
