// What the shapes of a released model's tensors tell of its sizes.

import { SignError } from '../base/errors.js'
import type { HostTensors } from '../nn/host_tensor.js'

/** Rows and columns of matrices, by our names. What it gives throws ERR_CHECKPOINT naming `who` and one that lacks or is none. */
export function matrixShapes(
  tensors: HostTensors,
  who: string,
  nextMove = 'Export the whole state dict',
): (name: string) => readonly [rows: number, columns: number] {
  return (name) => {
    const shape = tensors.get(name)?.shape
    if (shape?.length === 2) return shape as [number, number]
    const problem = `wanted an array of 2 dimensions for ${name}, got ${shape ? `[${shape.join(', ')}]` : 'none'}`
    throw new SignError('ERR_CHECKPOINT', who, problem, nextMove)
  }
}

/** How many layers a stack has, such as `encoder`. */
export const layersIn = (tensors: HostTensors, stack: string): number =>
  new Set([...tensors.keys()].map((name) => new RegExp(`^${stack}\\.(\\d+)/`).exec(name)?.[1]).filter(Boolean)).size
