// Files of tensors as the released Sign2GPT code saves them, for tests.

import { writeFile } from 'node:fs/promises'
import { formatSafetensors } from '../formats/safetensors/format.js'
import type { Tensor } from '../formats/safetensors/types.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'

const counter: Tensor = { dtype: 'I64', shape: [], data: BigInt64Array.of(7n) }

/** A tensor as a file has it: of bfloat16 the upper halves of numbers. */
export function storedAs({ shape, data }: HostTensor, dtype: 'F32' | 'BF16' = 'F32'): Tensor {
  const numbers = new Float32Array(data)
  if (dtype === 'F32') return { dtype, shape, data: numbers }
  return { dtype, shape, data: new Uint16Array(numbers.buffer).filter((_, i) => i % 2 === 1) }
}

/** Writes tensors, and a counter of batches, some of them in the place of others, or away with undefined. */
export async function writeReleased(
  path: string,
  tensors: HostTensors,
  changed: Readonly<Record<string, HostTensor | undefined>> = {},
  dtype?: 'F32' | 'BF16',
): Promise<string> {
  const all = new Map([...tensors].map(([name, tensor]) => [name, storedAs(tensor, dtype)]))
  all.set('sign_model.spatial_model.bn.num_batches_tracked', counter)
  for (const [name, tensor] of Object.entries(changed)) {
    if (tensor) all.set(name, storedAs(tensor, dtype))
    else all.delete(name)
  }
  await writeFile(path, formatSafetensors(all, {}))
  return path
}
